// Functions that clang knows and the kernel never sees: memory copies and fills,
// atomics. What they do to memory is all that matters here.
import type { Outcome } from "./explore-function.ts";
import type { Machine } from "./machine.ts";
import { type Address, addressFromPointer, clobber, copyUnder, fillZero } from "./memory.ts";
import { fillsSpecial } from "./special-access.ts";
import type { State } from "./state.ts";
import { isNumber, type Value } from "./value.ts";

export function isCompilerBuiltin(name: string): boolean {
  return (
    name.startsWith("__builtin_") ||
    name.startsWith("__sync_") ||
    name.startsWith("__atomic_") ||
    memoryFunctions.has(plain(name))
  );
}

const memoryFunctions: ReadonlySet<string> = new Set(["memset", "memcpy", "memmove", "memcmp"]);

/** Expanded by clang to plain loads and stores through every pointer given. */
export function readsArguments(name: string): boolean {
  return memoryFunctions.has(plain(name)) || (name.startsWith("__sync_") && name !== "__sync_synchronize");
}

export function copiesMemory(name: string): boolean {
  return plain(name) === "memcpy" || plain(name) === "memmove";
}

function plain(name: string): string {
  return name.startsWith("__builtin_") ? name.slice("__builtin_".length) : name;
}

export function runCompilerBuiltin(machine: Machine, state: State, name: string, args: readonly Value[]): Outcome[] {
  const target = args[0] && whole(args[0]);
  const known = plain(name);
  if (target !== undefined) {
    const size = args[2]?.kind === "number" ? args[2].value : undefined;
    if (size !== undefined && memoryFunctions.has(known) && known !== "memcmp") {
      fillsSpecial(machine, state, target, size, machine.here);
    }
    if (known === "memset") {
      if (args[1] !== undefined && isNumber(args[1], 0)) fillZero(state, target);
      else clobber(state, target);
    } else if (known === "memcpy" || known === "memmove") {
      const source = args[1] && whole(args[1]);
      if (source === undefined) clobber(state, target);
      else copyUnder(state, target, source);
    } else if (name.startsWith("__sync_") || name.startsWith("__atomic_")) {
      if (known !== "__sync_synchronize") clobber(state, target);
    }
  }
  const value = args[0];
  return memoryFunctions.has(known) && known !== "memcmp" && value !== undefined ? [{ state, value }] : [{ state }];
}

/** A pointer to element 0 stands for the array it begins. */
function whole(value: Value): Address | undefined {
  const address = addressFromPointer(value);
  return address && { base: address.base, path: address.path.replace(/\[0\]$/, "") };
}
