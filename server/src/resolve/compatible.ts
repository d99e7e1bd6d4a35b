// May an extern of this type stand for that function of the kernel? libbpf decides by the CO-RE rules
// (bpf_core_types_are_compat): kinds must be equal all the way down, names do not count, typedefs and qualifiers are
// looked through, any integer fits any other. So `struct a *` fits `struct b *`, but `void *` does not fit it, and
// neither does `struct b;` that is declared and never defined.
import type { Btf } from "../btf/btf.ts";
import { printType } from "../btf/c-type.ts";
import { kinds } from "../btf/kinds.ts";

/** How deep pointers, arrays and prototypes may nest: libbpf's own limits. */
const maxDepth = 32;
/** Prototypes that take each other as parameters multiply; no real one comes near. */
const maxSteps = 10_000;

export interface TypeIn {
  readonly btf: Btf;
  readonly id: number;
}

/** Why not, in words; undefined when they fit. `whole` names the type itself when it is no prototype. */
export function incompatibility(declared: TypeIn, kernel: TypeIn, whole = ""): string | undefined {
  return new Comparison(declared.btf, kernel.btf).types(declared.id, kernel.id, whole, maxDepth);
}

class Comparison {
  readonly #declared: Btf;
  readonly #kernel: Btf;
  #steps = 0;

  constructor(declared: Btf, kernel: Btf) {
    this.#declared = declared;
    this.#kernel = kernel;
  }

  /** `where`: "" for the function itself, else which part of it. */
  types(declaredId: number, kernelId: number, where: string, level: number): string | undefined {
    let declared = declaredId;
    let kernel = kernelId;
    for (let depth = 0; depth < maxDepth; depth++) {
      if (++this.#steps > maxSteps)
        this.#declared.fail(declaredId, "the type is nested too deeply, or contains itself");
      declared = this.#declared.skipModifiers(declared);
      kernel = this.#kernel.skipModifiers(kernel);
      const kind = this.#declared.kind(declared);
      if (!sameKind(kind, this.#kernel.kind(kernel)))
        return this.#different(declaredId, kernelId, declared, kernel, where);
      switch (kind) {
        case kinds.void:
        case kinds.struct:
        case kinds.union:
        case kinds.enum:
        case kinds.enum64:
        case kinds.fwd:
          return undefined;
        case kinds.int:
          if (this.#declared.intOffset(declared) === 0 && this.#kernel.intOffset(kernel) === 0) return undefined;
          return `${where} is an integer that starts within a byte`;
        case kinds.ptr:
        case kinds.array:
          declared = this.#declared.target(declared);
          kernel = this.#kernel.target(kernel);
          break;
        case kinds.funcProto: {
          const problem = this.#params(declared, kernel, where, level);
          if (problem !== undefined) return problem;
          return this.types(
            this.#declared.target(declared),
            this.#kernel.target(kernel),
            where === "" ? "return type" : `return type of ${where}`,
            level - 1,
          );
        }
        default:
          return `${where} is a ${this.#declared.kindName(declared)}, which libbpf does not compare`;
      }
    }
    return `${where} is nested more than ${maxDepth} levels deep`;
  }

  #params(declared: number, kernel: number, where: string, level: number): string | undefined {
    const own = this.#declared.params(declared);
    const theirs = this.#kernel.params(kernel);
    if (own.length !== theirs.length) {
      return `${where === "" ? "" : `${where} has `}${own.length} parameters where the kernel has ${theirs.length}`;
    }
    for (const [index, param] of own.entries()) {
      if (level <= 0) return `${where} is nested more than ${maxDepth} levels deep`;
      const part = `parameter ${index + 1}${where === "" ? "" : ` of ${where}`}`;
      const problem = this.types(param.type, theirs[index]!.type, part, level - 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #different(declaredId: number, kernelId: number, declared: number, kernel: number, where: string): string {
    const own = printType(this.#declared, declaredId);
    const theirs = printType(this.#kernel, kernelId);
    if (this.#declared.kind(declared) === kinds.fwd) {
      const forward = printType(this.#declared, declared);
      return `${where} is "${own}", but "${forward}" is only declared: define it, or include vmlinux.h; the kernel has "${theirs}"`;
    }
    const what = `${where} is "${own}" where the kernel has "${theirs}"`;
    return this.#kernel.kind(kernel) === kinds.fwd ? `${what}, which its BTF declares and does not define` : what;
  }
}

function sameKind(a: number, b: number): boolean {
  const isEnum = (kind: number) => kind === kinds.enum || kind === kinds.enum64;
  return a === b || (isEnum(a) && isEnum(b));
}
