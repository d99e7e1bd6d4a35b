// The BTFs a name is searched in: vmlinux first, then modules in the order given.
import type { Btf } from "../btf/btf.ts";
import { printDeclaration } from "../btf/c-type.ts";
import { kfuncIds, type OpenBtf } from "../btf/kernel-btf.ts";
import type { FoundIn } from "./resolution.ts";

export interface NamedBtf extends OpenBtf {
  /** "vmlinux" for the first, the module's name for the others. */
  readonly name: string;
}

export interface Match {
  readonly in: NamedBtf;
  readonly id: number;
}

export class Kernel {
  readonly vmlinux: NamedBtf;
  readonly #all: readonly NamedBtf[];
  readonly #kfuncs = new Map<NamedBtf, ReadonlySet<number> | undefined>();

  constructor(vmlinux: NamedBtf, modules: readonly NamedBtf[]) {
    this.vmlinux = vmlinux;
    this.#all = [vmlinux, ...modules];
  }

  /** In every BTF that defines it, the first of each. */
  find(kind: number, name: string): readonly Match[] {
    return this.#all.flatMap((named) => {
      const [id] = named.btf.findOwn(kind, name);
      return id === undefined ? [] : [{ in: named, id }];
    });
  }

  /** undefined where nothing in the file says which functions are kfuncs. */
  isKfunc({ in: named, id }: Match): boolean | undefined {
    if (!this.#kfuncs.has(named)) this.#kfuncs.set(named, kfuncIds(named));
    return this.#kfuncs.get(named)?.has(id);
  }

  describe({ in: named, id }: Match): FoundIn {
    return { btf: named.name, id: id + this.#shift(named.btf), declaration: printDeclaration(named.btf, id) };
  }

  /** A module that brings a small base of its own is renumbered by the kernel to follow all of vmlinux. */
  #shift(btf: Btf): number {
    return btf.base === undefined || btf.base === this.vmlinux.btf ? 0 : this.vmlinux.btf.endId - btf.base.endId;
  }
}
