// How many bytes there are behind a pointer, as far as the verifier and we agree. Memory
// with a size of its own is exact. What lies behind a variable is another variable: there
// the answer is the most that a program of this layout can have.
import type { Local } from "../cfg/ir.ts";
import type { CType } from "../model/types.ts";
import type { Frame, Machine } from "./machine.ts";
import { memoryKey } from "./memory.ts";
import type { State } from "./state.ts";
import { objectIdOf, type Value } from "./value.ts";

/** Bytes that can be reached at most; undefined when that is not known. */
export function extentOf(machine: Machine, state: State, frame: Frame, value: Value): number | undefined {
  if (value.kind !== "pointer") return undefined;
  switch (value.base[0]) {
    case "o":
      return objectExtent(machine, state, value);
    case "f":
      return value.path === "" || value.path === "[0]"
        ? stackExtent(machine, state, frame, Number(value.base.slice(1)))
        : undefined;
    case "g":
      return value.path === "" || value.path === "[0]" ? globalExtent(machine, value.base.slice(2)) : undefined;
    default:
      return undefined;
  }
}

function objectExtent(machine: Machine, state: State, value: Value & { kind: "pointer" }): number | undefined {
  const object = state.object(objectIdOf(value));
  if (object === undefined) return undefined;
  if (object.class === "context") return contextExtent(machine, value.path);
  const whole =
    object.size ??
    (object.class === "map-value" && object.map !== undefined ? sizeOf(machine, object.type) : undefined);
  if (whole === undefined) return undefined;
  if (value.path === "" || value.path === "[0]") return whole;
  if (object.size !== undefined || object.type === undefined) return undefined;
  const offset = memberOffset(machine, object.type, value.path);
  return offset === undefined ? undefined : whole - offset;
}

/** The context of a syscall program is memory whose size nobody knows at load time; past 64 KiB there is none. */
function contextExtent(machine: Machine, path: string): number | undefined {
  const element = Number(/^\[(\d+)\]$/.exec(path)?.[1] ?? 0);
  return machine.root.section?.programType === "SYSCALL" && element >= 0xffff ? 0 : undefined;
}

function memberOffset(machine: Machine, from: CType, path: string): number | undefined {
  let type = from;
  let offset = 0;
  for (const [, name, index] of path.matchAll(/\.(\w+)|\[(\d+)\]|./g)) {
    if (name !== undefined) {
      const field = machine.unit.unit.field(type, name);
      if (field?.offset === undefined) return undefined;
      offset += field.offset;
      type = field.type;
      continue;
    }
    const size = type.kind === "array" ? sizeOf(machine, type.of) : undefined;
    if (index === undefined || type.kind !== "array" || size === undefined) return undefined;
    offset += size * Number(index);
    type = type.of;
  }
  return offset;
}

function sizeOf(machine: Machine, type: CType | undefined): number | undefined {
  return type && machine.unit.unit.sizeOf(type);
}

/** Stack objects start at multiples of eight at worst; other variables may lie between this one and the end of the stack. */
function stackExtent(machine: Machine, state: State, frame: Frame, local: number): number | undefined {
  let bytes = 0;
  for (let here: Frame | undefined = frame; here !== undefined; here = here.caller) {
    for (const other of here.graph.locals) {
      if (!inMemory(other)) continue;
      // Iterators and dynptrs are not for reading: who runs into one is refused as well.
      if (here === frame && other.id !== local && holdsSlot(state, other)) continue;
      const size = sizeOf(machine, other.type);
      if (size === undefined) return undefined;
      bytes += roundUp(size);
    }
    if (callsWithLocals(machine, here)) return undefined;
  }
  return bytes;
}

function inMemory({ addressTaken, type }: Local): boolean {
  return addressTaken || type.kind === "array" || type.kind === "record" || type.kind === "unknown";
}

function holdsSlot(state: State, { id }: Local): boolean {
  return state.memory.get(memoryKey({ base: `f${id}`, path: "" }))?.kind === "slot";
}

function roundUp(size: number): number {
  return Math.ceil(size / 8) * 8;
}

/** A function that clang puts into this one brings its variables along. */
function callsWithLocals(machine: Machine, { graph, fn }: Frame): boolean {
  return graph.blocks.some(({ instructions }) =>
    instructions.some((instruction) => {
      if (instruction.kind !== "call" || instruction.callee.kind !== "name") return false;
      const callee = machine.function(instruction.callee.name);
      if (callee === undefined || !callee.hasBody || callee.ksym || callee.name === fn.name) return false;
      return callee.problem !== undefined || machine.unit.graph(callee).locals.some(inMemory);
    }),
  );
}

/** Globals of one section are one map value; each starts at a multiple of at most 64. */
function globalExtent(machine: Machine, name: string): number | undefined {
  const { unit } = machine.unit;
  const section = unit.dataSection(name);
  if (section === undefined) return undefined;
  let bytes = 0;
  const others = unit.globalsIn(section);
  for (const other of others.includes(name) ? others : [name, ...others]) {
    const size = sizeOf(machine, unit.global(other)?.type);
    if (size === undefined) return undefined;
    bytes += others.length > 1 ? Math.ceil(size / 64) * 64 : size;
  }
  return bytes;
}
