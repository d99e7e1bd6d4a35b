// What kind of thing a value is to the verifier, where that is certain: the base
// type of its register. Types of C play no part; a cast changes nothing.
import type { Machine } from "./machine.ts";
import { isStackBase } from "./memory.ts";
import type { State } from "./state.ts";
import { objectIdOf, type Value } from "./value.ts";

export type Pointed =
  | "scalar"
  | "function"
  | "stack"
  | "string"
  /** Variable of the program, outside of functions. */
  | "global"
  | "map"
  | "context"
  /** Kernel object. */
  | "object"
  | "local-object"
  | "map-value"
  /** Memory a call returned, with a size of its own. */
  | "memory"
  | "packet"
  | "unknown";

export function whatIs(machine: Machine, state: State, value: Value): Pointed {
  switch (value.kind) {
    case "number":
      return "scalar";
    case "symbol":
      return machine.symbols.isScalar(value) ? "scalar" : "unknown";
    case "function":
      return "function";
    case "slot":
      return "unknown";
    case "pointer":
      break;
  }
  const { base } = value;
  if (isStackBase(base)) return "stack";
  if (base[0] === "s") return "string";
  if (base[0] === "g") return whatGlobalIs(machine, base.slice(2));
  // Arithmetic on a number gives a number.
  if (base[0] === "y")
    return machine.symbols.isScalar({ kind: "symbol", id: Number(base.slice(1)) }) ? "scalar" : "unknown";
  return whatObjectIs(state, value);
}

function whatGlobalIs(machine: Machine, name: string): Pointed {
  const { unit } = machine.unit;
  if (unit.map(name) !== undefined) return "map";
  const global = unit.global(name);
  if (global === undefined || global.extern) return "unknown";
  // Sections that libbpf does not make a map value of, arena variables among them.
  const { section } = global;
  return section === undefined || /^\.(?:data|bss|rodata)(?:\.|$)/.test(section) ? "global" : "unknown";
}

function whatObjectIs(state: State, value: Value): Pointed {
  const object = state.object(objectIdOf(value));
  if (object === undefined || object.poisoned || object.nullness === "null") return "unknown";
  switch (object.class) {
    case "btf":
      // An argument or a member may be a number, or a pointer to numbers, which is one to the verifier.
      return object.trust !== "unknown" && object.struct !== undefined ? "object" : "unknown";
    case "local":
      return "local-object";
    case "map-value":
      return object.trust === "unknown" ? "unknown" : "map-value";
    case "memory":
    case "slice":
      return "memory";
    case "packet":
      return "packet";
    case "context":
      return "context";
    case "map":
      return "map";
    case "dynptr":
    case "unknown":
      return "unknown";
  }
}
