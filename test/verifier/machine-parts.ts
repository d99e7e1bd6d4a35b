// A machine with nothing but what the small parts ask of it: symbols, identities
// and global variables by name.
import type { Machine } from "../../server/src/verifier/machine.ts";
import { State } from "../../server/src/verifier/state.ts";
import { Symbols } from "../../server/src/verifier/symbols.ts";
import type { ObjectInfo, Reference, Value } from "../../server/src/verifier/value.ts";
import { pointerTo } from "../../server/src/verifier/value.ts";

export interface Parts {
  readonly machine: Machine;
  readonly symbols: Symbols;
  readonly state: State;
}

export function parts(constants: readonly string[] = []): Parts {
  const symbols = new Symbols();
  const unit = { unit: { global: (name: string) => ({ const: constants.includes(name) }) } };
  return { machine: { symbols, unit } as unknown as Machine, symbols, state: new State() };
}

const site = { fn: { name: "test" }, at: { start: 0, end: 1 } } as unknown as Reference["site"];

export function object(state: State, id: number, info: Partial<ObjectInfo> = {}): Value {
  const blank = { class: "btf", nullness: "maybe", trust: "trusted", anchor: "", origin: { site, what: "call" } };
  state.objects.set(id, { ...blank, ...info } as ObjectInfo);
  return pointerTo(id);
}

/** An object that may be NULL and carries reference `ref`. */
export function owned(state: State, id: number, ref: number, holder = id): Value {
  const reference = {
    id: ref,
    kind: "object",
    object: holder,
    site,
    call: "acquire",
    releasedBy: [],
    callbackDepth: 0,
  };
  if (state.reference(ref) === undefined) {
    state.references = [...state.references, reference as unknown as Reference];
  }
  return object(state, id, { ref });
}

export function symbolId(value: Value): number {
  if (value.kind !== "symbol") throw new Error(`a symbol was expected, not a ${value.kind}`);
  return value.id;
}
