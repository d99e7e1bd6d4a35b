// Answers about the tokens of a declaration, kept by its content: an edit moves most
// declarations, and their tokens are then not at hand.
import { BoundedMap } from "../base/bounded-map.ts";
import type { Declaration } from "../preprocess/unit.ts";

/** A large unit declares some 2,000 functions and variables; two such units stay warm. */
const maxAnswers = 5_000;

export function byContent(ask: (declaration: Declaration) => boolean): (declaration: Declaration) => boolean {
  const known = new BoundedMap<string, boolean>(maxAnswers);
  return (declaration) => {
    let answer = known.get(declaration.key);
    if (answer === undefined) {
      answer = ask(declaration);
      known.set(declaration.key, answer);
    }
    return answer;
  };
}
