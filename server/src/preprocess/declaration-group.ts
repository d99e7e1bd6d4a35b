// Declarations in source order with an index by name: those of one included file
// and all it includes, or of a whole unit. Groups nest, so that what an include
// gave is shared between units instead of copied; huge headers take part through
// their own index.
import { isOrdinary } from "./declared-names.ts";
import type { HugeHeaderView } from "./huge-header.ts";
import type { Declaration, DeclaredName } from "./unit.ts";

export type GroupItem = Declaration | DeclarationGroup | HugeHeaderView;

export class DeclarationGroup {
  readonly kind = "group";
  readonly #items: GroupItem[] = [];
  /** All declarations of this group and the groups within, huge headers left out. */
  readonly #flat: Declaration[] = [];
  readonly #views: HugeHeaderView[] = [];
  #flattened = 0;
  readonly #byName = new Map<string, Declaration[]>();
  readonly #typedefs = new Set<string>();
  readonly #ordinary = new Set<string>();
  #indexed = 0;

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
    this.#index();
    const own = this.#byName.get(name) ?? [];
    if (this.#views.length === 0) return own;
    const all = this.#views.flatMap((view) => view.declarationsOf(name));
    all.push(...own);
    return all;
  }

  isTypedef(name: string): boolean {
    this.#index();
    return this.#typedefs.has(name) || this.#views.some((view) => view.declares(name, "typedef"));
  }

  /** Is there a function, variable, enumerator or typedef of this name? */
  declaresOrdinary(name: string): boolean {
    this.#index();
    return this.#ordinary.has(name) || this.#views.some((view) => view.declares(name, "ordinary"));
  }

  #index(): void {
    const flat = this.flat;
    for (; this.#indexed < flat.length; this.#indexed++) {
      const declaration = flat[this.#indexed]!;
      for (const name of declaration.names) this.#note(name, declaration);
    }
  }

  #note(declared: DeclaredName, declaration: Declaration): void {
    const { name, kind } = declared;
    const known = this.#byName.get(name);
    if (known === undefined) this.#byName.set(name, [declaration]);
    else if (known[known.length - 1] !== declaration) known.push(declaration);
    if (kind === "typedef") this.#typedefs.add(name);
    if (isOrdinary(kind)) this.#ordinary.add(name);
  }
}
