// Which identifiers of a unit name types. With headers missing a typedef may have no
// declaration; then its name has to tell, or half the casts would read as calls.
import type { PreprocessedUnit } from "../preprocess/unit.ts";
import { wellKnownTypedef } from "./standard-types.ts";

/** Answers are remembered: the unit does not change. */
export function isTypedefIn(unit: Pick<PreprocessedUnit, "isTypedef" | "declarationsOf">): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    let answer = known.get(name);
    if (answer === undefined) {
      answer = unit.isTypedef(name) || (looksLikeType(name) && unit.declarationsOf(name).length === 0);
      known.set(name, answer);
    }
    return answer;
  };
}

function looksLikeType(name: string): boolean {
  return name.endsWith("_t") || wellKnownTypedef(name) !== undefined;
}
