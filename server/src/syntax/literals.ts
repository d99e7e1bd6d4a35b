// Values of C literals, read from their spelling.

export interface NumberValue {
  readonly value: number | undefined;
  readonly unsigned: boolean;
  readonly long: boolean;
}

/** An integer or floating literal; type as C picks it from suffix, base and size (int 32, long 64 bits). */
export function numberValue(spelling: string): NumberValue {
  const text = spelling.replaceAll("'", "").toLowerCase();
  const match = /^(0x[0-9a-f]+|0b[01]+|[0-9]+)([ulz]*|w?b[ulz]*)$/.exec(text);
  if (match === null) return { value: undefined, unsigned: false, long: false };
  const digits = match[1]!;
  const suffix = match[2]!;
  const exact = integer(digits);
  if (exact === undefined) return { value: undefined, unsigned: false, long: false };
  const decimal = !digits.startsWith("0") || digits === "0";
  const long = suffix.includes("l") || exact > (decimal ? 0x7fffffffn : 0xffffffffn);
  const unsigned = suffix.includes("u") || exact > 0x7fffffffffffffffn || (!decimal && !long && exact > 0x7fffffffn);
  const value = Number(exact);
  return { value: BigInt(value) === exact ? value : undefined, unsigned, long };
}

function integer(digits: string): bigint | undefined {
  // Longer than 128 bits in binary: no C compiler takes it, and BigInt must stay cheap.
  if (digits.length > 130) return undefined;
  const octal = /^0[0-7]+$/.test(digits);
  if (!octal && /^0[0-9]+$/.test(digits)) return undefined;
  return BigInt(octal ? `0o${digits.slice(1)}` : digits);
}

/** `'a'`, `'\n'`, `L'x'`, `'ab'`; undefined when empty or unterminated. */
export function charValue(spelling: string): number | undefined {
  const open = spelling.indexOf("'");
  if (open < 0 || !spelling.endsWith("'") || spelling.length < open + 3) return undefined;
  const text = resolveEscapes(spelling.slice(open + 1, -1));
  let value = 0;
  for (const c of text) value = open === 0 ? (value << 8) | (c.codePointAt(0)! & 0xff) : c.codePointAt(0)!;
  // A plain one-byte char is signed on every target we model.
  return open === 0 && text.length === 1 ? (value << 24) >> 24 : value;
}

/** The characters between the quotes, escapes resolved; prefixes (`L`, `u8`) ignored. */
export function stringValue(spelling: string): string {
  const open = spelling.indexOf('"');
  if (open < 0) return spelling;
  const end = spelling.length > open + 1 && spelling.endsWith('"') ? -1 : undefined;
  return resolveEscapes(spelling.slice(open + 1, end));
}

const simple: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  v: "\v",
};

function resolveEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replaceAll(
    /\\(?:x([0-9a-fA-F]+)|([0-7]{1,3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g,
    (_all, hex?: string, octal?: string, short?: string, long?: string, plain?: string) => {
      if (plain !== undefined) return simple[plain] ?? plain;
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex.slice(-2), 16));
      const code = Number.parseInt(short ?? long ?? "", 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    },
  );
}
