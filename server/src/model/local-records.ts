// Tells the program's own structs from those of the kernel. The verifier looks a
// struct up in the kernel's BTF first; without one at hand the places where a
// struct is written have to tell.
import type { Declaration, PreprocessedUnit } from "../preprocess/unit.ts";
import { mentionsSection } from "./programs.ts";

/** vmlinux.h, vmlinux-v6.12.h, <linux/...>, <uapi/...>: what is defined there the kernel knows. */
const kernelHeader = /(^|\/)vmlinux[^/]*\.h$|(^|\/)(linux|uapi|asm|asm-generic|net)\/([^/]+\/)*[^/]+\.h$/;

export function isKernelHeader(path: string): boolean {
  return kernelHeader.test(path);
}

export class LocalRecords {
  readonly #unit: PreprocessedUnit;
  #passedToKernel: ReadonlySet<string> | undefined;

  constructor(unit: PreprocessedUnit) {
    this.#unit = unit;
  }

  has(tag: string): boolean {
    const definition = this.#unit
      .declarationsOf(tag)
      .find(({ names }) => names.some(({ name, kind, defined }) => name === tag && defined && isRecord(kind)));
    if (definition === undefined || isKernelHeader(definition.file.path)) return false;
    // A CO-RE flavor of a kernel struct.
    if (definition.tokens.some(({ text }) => text === "preserve_access_index")) return false;
    this.#passedToKernel ??= this.#findPassed();
    return !this.#passedToKernel.has(tag);
  }

  /** Structs in the prototypes of kernel functions, as the programs of a kernel module's tests declare them. */
  #findPassed(): ReadonlySet<string> {
    const tags = new Set<string>();
    for (const declaration of this.#unit.declarations) {
      if (!declaration.names.some(({ kind, defined }) => kind === "function" && !defined)) continue;
      if (mentionsSection(declaration) && isKernelSymbol(declaration)) addTags(declaration, tags);
    }
    return tags;
  }
}

function isRecord(kind: string): boolean {
  return kind === "struct" || kind === "union";
}

function isKernelSymbol({ tokens }: Declaration): boolean {
  return tokens.some(({ kind, text }) => kind === "string" && text === '".ksyms"');
}

function addTags({ tokens }: Declaration, tags: Set<string>): void {
  for (let i = 1; i < tokens.length; i++) {
    if (isRecord(tokens[i - 1]!.text)) tags.add(tokens[i]!.text);
  }
}
