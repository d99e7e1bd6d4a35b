// Prints a BTF type as the kernel's sources write it: "const struct cpumask *", "int (*)(void *map, int *key)".
import { type Btf, type BtfParam, isModifier } from "./btf.ts";
import { kinds } from "./kinds.ts";

/** Types that point at each other can be printed for ever, or in exponential time; no real type takes fifty steps. */
const maxSteps = 500;
const maxDepth = 64;

/** The C type of `id`. Throws a BtfError for types that have no end. */
export function printType(btf: Btf, id: number): string {
  return new TypePrinter(btf).declare(id, "", 0);
}

/** The declaration of a FUNC or VAR: "int bpf_f(struct task_struct *p)". */
export function printDeclaration(btf: Btf, id: number): string {
  return new TypePrinter(btf).declare(btf.target(id), btf.name(id), 0);
}

/** Places a name: "char *" and "p" give "char *p". */
function declaration(type: string, name: string): string {
  if (name === "") return type;
  if (type.includes("(*)")) return type.replace("(*)", `(*${name})`);
  return type.endsWith("*") ? `${type}${name}` : `${type} ${name}`;
}

class TypePrinter {
  readonly #btf: Btf;
  #steps = 0;

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  /** `declarator`: what stands around the name, from inside out. */
  declare(id: number, declarator: string, depth: number): string {
    const btf = this.#btf;
    if (depth > maxDepth || ++this.#steps > maxSteps) btf.fail(id, "the type is nested too deeply, or contains itself");
    const { before, after, type } = this.#peel(id);
    switch (btf.kind(type)) {
      case kinds.ptr: {
        const target = btf.target(type);
        const qualifiers = [...before, ...after].join(" ");
        const pointer = `*${qualifiers}${qualifiers !== "" && /^\w/.test(declarator) ? " " : ""}${declarator}`;
        const { type: pointee } = this.#peel(target);
        const inParentheses = btf.kind(pointee) === kinds.funcProto || btf.kind(pointee) === kinds.array;
        return this.declare(target, inParentheses ? `(${pointer})` : pointer, depth + 1);
      }
      case kinds.array:
        return this.declare(btf.target(type), `${declarator}[${btf.arrayLength(type)}]`, depth + 1);
      case kinds.funcProto: {
        const params = this.params(btf.params(type), depth + 1);
        return this.declare(btf.target(type), `${declarator}(${params})`, depth + 1);
      }
      default:
        return [...before, this.#base(type), ...after, declarator].filter((part) => part !== "").join(" ");
    }
  }

  params(params: readonly BtfParam[], depth: number): string {
    if (params.length === 0) return "void";
    return params
      .map(({ name, type }, index) =>
        type === 0 && index === params.length - 1 ? "..." : declaration(this.declare(type, "", depth), name),
      )
      .join(", ");
  }

  /** Takes qualifiers and tags off; typedefs stay. */
  #peel(id: number): { before: readonly string[]; after: readonly string[]; type: number } {
    const btf = this.#btf;
    const before: string[] = [];
    const after: string[] = [];
    let type = id;
    for (let kind = btf.kind(type); isModifier(kind) && kind !== kinds.typedef; kind = btf.kind(type)) {
      if (kind === kinds.typeTag) after.push(tagName(btf, type));
      else if (kind === kinds.restrict) after.push("restrict");
      else before.push(kind === kinds.const ? "const" : "volatile");
      if (before.length + after.length > maxDepth) btf.fail(id, "qualifiers and tags without an end");
      type = btf.target(type);
    }
    return { before, after, type };
  }

  #base(id: number): string {
    const btf = this.#btf;
    const name = btf.name(id);
    switch (btf.kind(id)) {
      case kinds.int:
        return commonNames.get(name) ?? name;
      case kinds.struct:
        return `struct ${name || "{...}"}`;
      case kinds.union:
        return `union ${name || "{...}"}`;
      case kinds.enum:
      case kinds.enum64:
        return `enum ${name || "{...}"}`;
      case kinds.fwd:
        return `${btf.flag(id) ? "union" : "struct"} ${name}`;
      default:
        return name;
    }
  }
}

/** DWARF and therefore BTF have their own names for these. */
const commonNames: ReadonlyMap<string, string> = new Map([
  ["short int", "short"],
  ["short unsigned int", "unsigned short"],
  ["long int", "long"],
  ["long unsigned int", "unsigned long"],
  ["long long int", "long long"],
  ["long long unsigned int", "unsigned long long"],
]);

/** `__rcu`, `__user`, ... are macros around tags; an arena's address space is an attribute. */
function tagName(btf: Btf, id: number): string {
  const name = btf.name(id);
  if (!btf.flag(id)) return `__${name}`;
  return name === "address_space(1)" ? "__arena" : `__attribute__((${name}))`;
}
