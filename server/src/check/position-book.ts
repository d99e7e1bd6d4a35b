// Names for the tokens of edited functions, by what the function reads like: sites in
// results of earlier versions are compared by them, and shown where they are now.
import type { Declaration } from "../preprocess/unit.ts";
import { Positions } from "../syntax/positions.ts";

/** Texts of functions; the longest known has some 10,000 tokens. */
const most = 2000;

export class PositionBook {
  readonly #byText = new Map<string, Positions>();

  /** Time to start anew, together with all that was found with these names. */
  get isFull(): boolean {
    return this.#byText.size > most;
  }

  /** undefined: never edited, and each token goes by its index. */
  of(name: string, declaration: Declaration): Positions | undefined {
    return this.#byText.get(keyOf(name, declaration));
  }

  edited(name: string, before: Declaration, now: Declaration): void {
    if (this.of(name, now) !== undefined) return;
    const named = this.#firstOf(name, before).after(now.texts) ?? Positions.first(now.texts);
    this.#byText.set(keyOf(name, now), named);
  }

  #firstOf(name: string, declaration: Declaration): Positions {
    const key = keyOf(name, declaration);
    let positions = this.#byText.get(key);
    if (positions === undefined) {
      positions = Positions.first(declaration.texts);
      this.#byText.set(key, positions);
    }
    return positions;
  }
}

function keyOf(name: string, { key }: Declaration): string {
  return `${name} ${key}`;
}
