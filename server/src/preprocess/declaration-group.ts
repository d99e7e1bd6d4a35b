// Declarations in source order with an index by name: those of one included file
// and all it includes, or of a whole unit. Groups nest, so that what an include
// gave, and its index, is shared between units instead of copied; huge headers take
// part through their own.
import { isOrdinary } from "./declared-names.ts";
import { Hasher } from "./hash.ts";
import type { HugeHeaderView } from "./huge-header.ts";
import type { Declaration, DeclaredName } from "./unit.ts";

export type GroupItem = Declaration | DeclarationGroup | HugeHeaderView;

/** By name. Huge headers have an index of their own. */
class NameIndex {
  readonly #byName = new Map<string, Declaration[]>();
  readonly #typedefs = new Set<string>();
  readonly #ordinary = new Set<string>();

  add(declaration: Declaration): void {
    for (const { name, kind } of declaration.names) {
      const known = this.#byName.get(name);
      if (known === undefined) this.#byName.set(name, [declaration]);
      else if (known[known.length - 1] !== declaration) known.push(declaration);
      if (kind === "typedef") this.#typedefs.add(name);
      if (isOrdinary(kind)) this.#ordinary.add(name);
    }
  }

  declarationsOf(name: string): readonly Declaration[] {
    return this.#byName.get(name) ?? [];
  }

  isTypedef(name: string): boolean {
    return this.#typedefs.has(name);
  }

  declaresOrdinary(name: string): boolean {
    return this.#ordinary.has(name);
  }
}

export class DeclarationGroup {
  readonly kind = "group";
  readonly #items: GroupItem[] = [];
  /** All declarations of this group and the groups within, huge headers left out. */
  readonly #flat: Declaration[] = [];
  readonly #views: HugeHeaderView[] = [];
  #flattened = 0;
  /** What it gives to a group that it was added to: everything within. Shared by all that include the same. */
  #whole: NameIndex | undefined;
  /** What each group gives that was added, and in front of, between and behind them what was added by itself. */
  readonly #parts: NameIndex[] = [new NameIndex()];
  #indexed = 0;
  /** Set when it is complete. */
  #namesKey: string | undefined;

  /** Groups are added when complete. */
  add(item: GroupItem): void {
    this.#items.push(item);
  }

  get flat(): readonly Declaration[] {
    for (; this.#flattened < this.#items.length; this.#flattened++) {
      const item = this.#items[this.#flattened]!;
      if (!("kind" in item)) this.#flat.push(item);
      else if (item.kind === "huge") this.#views.push(item);
      else {
        for (const declaration of item.flat) this.#flat.push(declaration);
        this.#views.push(...item.views);
      }
    }
    return this.#flat;
  }

  get views(): readonly HugeHeaderView[] {
    void this.flat;
    return this.#views;
  }

  declarationsOf(name: string): readonly Declaration[] {
    const found: Declaration[] = [];
    for (const view of this.views) found.push(...view.declarationsOf(name));
    for (const index of this.#indexes()) {
      for (const declaration of index.declarationsOf(name)) {
        // A header without a guard may be included twice in a row.
        if (found[found.length - 1] !== declaration) found.push(declaration);
      }
    }
    return found;
  }

  isTypedef(name: string): boolean {
    for (const index of this.#indexes()) if (index.isTypedef(name)) return true;
    return this.views.some((view) => view.declares(name, "typedef"));
  }

  /** Is there a function, variable, enumerator or typedef of this name? */
  declaresOrdinary(name: string): boolean {
    for (const index of this.#indexes()) if (index.declaresOrdinary(name)) return true;
    return this.views.some((view) => view.declares(name, "ordinary"));
  }

  /** Equal keys: the same names are declared in the same ways, in the same order. */
  get namesKey(): string {
    const hasher = new Hasher();
    for (const item of this.#items) {
      if (!("kind" in item)) hasher.number(namesHash(item.names));
      else if (item.kind === "huge") hasher.number(item.id);
      else {
        item.#namesKey ??= item.namesKey;
        hasher.text(item.#namesKey);
      }
    }
    return hasher.key;
  }

  /** In source order. */
  #indexes(): readonly NameIndex[] {
    for (; this.#indexed < this.#items.length; this.#indexed++) {
      const item = this.#items[this.#indexed]!;
      if ("kind" in item) {
        if (item.kind === "group" && item.flat.length > 0) this.#parts.push(item.#everything, new NameIndex());
        continue;
      }
      this.#parts[this.#parts.length - 1]!.add(item);
    }
    return this.#parts;
  }

  get #everything(): NameIndex {
    if (this.#whole === undefined) {
      this.#whole = new NameIndex();
      for (const declaration of this.flat) this.#whole.add(declaration);
    }
    return this.#whole;
  }
}

const namesHashes = new WeakMap<readonly DeclaredName[], number>();

function namesHash(names: readonly DeclaredName[]): number {
  let hash = namesHashes.get(names);
  if (hash === undefined) {
    const hasher = new Hasher();
    for (const { name, kind, defined } of names)
      hasher
        .text(name)
        .text(kind)
        .text(defined ? "defined" : "");
    hash = hasher.value;
    namesHashes.set(names, hash);
  }
  return hash;
}
