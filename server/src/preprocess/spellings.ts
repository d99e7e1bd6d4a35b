// One string object for each spelling of a token, which holds nothing but itself: a
// piece cut out of a text keeps the whole text in memory, and tokens outlive the
// version of the file they were made from.
import { BoundedMap } from "../base/bounded-map.ts";

/** A large file has some 5,000; what is forgotten is met again as another object. */
const spellings = new BoundedMap<string, string>(15_000);

/** Shorter pieces are copied when they are cut out: V8's SlicedString::kMinLength. */
const firstSlice = 13;

export function spelling(text: string): string {
  const known = spellings.get(text);
  if (known !== undefined) return known;
  const own = text.length < firstSlice ? text : ownCopy(text);
  spellings.set(own, own);
  return own;
}

/** Any other way to copy a string gives a reference to the old one. Lone surrogates have no UTF-8. */
function ownCopy(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
