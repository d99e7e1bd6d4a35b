// Which identifiers name types at a place of one declaration: the unit's typedefs,
// local typedefs, and locals that hide them.

export class TypeNames {
  readonly #unit: (name: string) => boolean;
  /** One map a block that declares something of interest; true: a type, false: hides one. */
  readonly #scopes: (Map<string, boolean> | undefined)[] = [undefined];

  constructor(unit: (name: string) => boolean) {
    this.#unit = unit;
  }

  has(name: string): boolean {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const known = this.#scopes[i]?.get(name);
      if (known !== undefined) return known;
    }
    return name === "__builtin_va_list" || this.#unit(name);
  }

  declare(name: string, isType: boolean): void {
    const top = this.#scopes.length - 1;
    const scope = this.#scopes[top] ?? new Map<string, boolean>();
    this.#scopes[top] = scope.set(name, isType);
  }

  enter(): void {
    this.#scopes.push(undefined);
  }

  leave(): void {
    if (this.#scopes.length > 1) this.#scopes.pop();
  }
}
