// In which section of the executable a global lies. libbpf makes a map of each section,
// so globals of one section are parts of one map value to the verifier.
import type { Expression } from "../syntax/ast.ts";
import type { GlobalVariable } from "./unit.ts";

/** undefined: another object file decides, or how the initializer turns out. */
export function dataSectionOf(global: GlobalVariable): string | undefined {
  if (global.extern) return undefined;
  if (global.section !== undefined) return global.section;
  if (global.const) return ".rodata";
  const { initialValue } = global;
  const zero = initialValue === undefined ? startsAsZero(global.decl.initializer) : initialValue === 0;
  return zero === undefined ? undefined : zero ? ".bss" : ".data";
}

function startsAsZero(initializer: Expression | undefined): boolean | undefined {
  if (initializer === undefined) return true;
  switch (initializer.kind) {
    case "number":
      return initializer.value === undefined ? undefined : initializer.value === 0;
    case "initializer-list": {
      const items = initializer.items.map(({ value }) => startsAsZero(value));
      return items.every((item) => item === true) ? true : items.includes(false) ? false : undefined;
    }
    default:
      return undefined;
  }
}
