// Names declared inside one function body, block by block. File-scope names are
// the unit's business; what is not found here is looked for there.
import type { CType } from "./types.ts";

/** What a variable's name stands for; who builds a graph keeps more in it. */
export interface Variable {
  readonly type: CType;
}

export type ScopeName<V extends Variable = Variable> =
  | { readonly kind: "variable"; readonly variable: V }
  | { readonly kind: "typedef"; readonly type: CType }
  | { readonly kind: "enumerator"; readonly value: number | undefined };

export class Scope<V extends Variable = Variable> {
  readonly parent: Scope<V> | undefined;
  /** Name of the function; local records have ids that start with it. */
  readonly owner: string;
  readonly #names = new Map<string, ScopeName<V>>();
  readonly #tags = new Map<string, CType>();
  readonly #numbering: { next: number };

  private constructor(parent: Scope<V> | undefined, owner: string, numbering: { next: number }) {
    this.parent = parent;
    this.owner = owner;
    this.#numbering = numbering;
  }

  static ofFunction<V extends Variable = Variable>(name: string): Scope<V> {
    return new Scope<V>(undefined, name, { next: 1 });
  }

  inner(): Scope<V> {
    return new Scope<V>(this, this.owner, this.#numbering);
  }

  lookup(name: string): ScopeName<V> | undefined {
    for (let scope: Scope<V> | undefined = this; scope !== undefined; scope = scope.parent) {
      const found = scope.#names.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  declare(name: string, what: ScopeName<V>): void {
    this.#names.set(name, what);
  }

  /** A struct, union or enum defined in this function. */
  tag(tag: string): CType | undefined {
    for (let scope: Scope<V> | undefined = this; scope !== undefined; scope = scope.parent) {
      const found = scope.#tags.get(tag);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  declareTag(tag: string, type: CType): void {
    this.#tags.set(tag, type);
  }

  /** Id of a record defined here; the same body read in the same order numbers alike. */
  newRecordId(tag: string | undefined): string {
    return `${this.owner}()${tag ?? ""}#${this.#numbering.next++}`;
  }
}
