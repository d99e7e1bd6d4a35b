// Sections that a program opens and must close: RCU, no preemption, no interrupts.
// RCU sections and those without preemption are counted. Interrupts are saved into a
// variable on the stack and restored from it, the last saved first (VERIFIER_RULES 5, 9).
// Locks are sections as well, but not here: nor is what may not be called under one.
import type { Call } from "./arguments.ts";
import { describeExpr } from "./describe.ts";
import type { Machine } from "./machine.ts";
import { addressFromPointer, isStackBase, memoryKey } from "./memory.ts";
import { endRcu } from "./ownership.ts";
import { isInexact } from "./path.ts";
import { isKnownNull } from "./refine.ts";
import { report } from "./report.ts";
import { slotAt } from "./result.ts";
import type { Region, RegionKind, State } from "./state.ts";
import { objectIdOf, type Site, type Value } from "./value.ts";

/** The rule that speaks of regions of this kind. */
export const regionRule: Readonly<Record<RegionKind, string>> = {
  rcu: "rcu-region",
  preempt: "preempt-region",
  irq: "irq-region",
};

export function openRegion(call: Call, state: State, kind: "rcu" | "preempt"): void {
  const outer = state.innermost(kind);
  if (kind === "rcu" && outer !== undefined && !call.machine.effects.rules.nestedRcu) {
    breach(call, state, kind, "nested", [{ site: outer.site, message: "the section was opened here" }]);
  }
  addRegion(call, state, kind, "native", undefined);
}

export function closeRegion(call: Call, state: State, kind: "rcu" | "preempt"): void {
  const region = state.innermost(kind);
  if (region === undefined) {
    breach(call, state, kind, "unmatched", []);
    return;
  }
  state.dropRegion(region.id);
  leftRegion(call, state, kind);
}

/** A region was left: does the RCU section end with it, and all that stands on it? */
function leftRegion(call: Call, state: State, what: RegionKind): void {
  const { machine, effect, site } = call;
  // Older kernels do not ask what else would keep the pointers good.
  const ends = machine.effects.rules.regionsAreRcu
    ? !machine.inRcuSection(state)
    : what === "rcu" && !state.isInside("rcu");
  if (ends) endRcu(state, { reason: "unlocked", by: effect.name, site });
}

export function saveInterrupts(call: Call, state: State, param: number, family: Region["family"]): void {
  if (isRefusedByLock(state, family)) return;
  const value = call.args[param];
  const expr = call.exprs[param];
  if (value === undefined || isMisplaced(call, state, param)) return;
  const address = addressFromPointer(value);
  if (slotAt(state, value)?.kind === "irq-flag") {
    const known = savedIn(state, value);
    breach(call, state, "irq", "already-saved", placeOf(known, "saved here before"), param);
    return;
  }
  const name = expr && describeExpr(expr).replace(/^&/, "");
  const region = addRegion(call, state, "irq", family, name);
  if (address !== undefined && isStackBase(address.base) && !isInexact(address.path))
    state.memory.set(memoryKey(address), { kind: "slot", slot: { kind: "irq-flag", region } });
}

export function restoreInterrupts(call: Call, state: State, param: number, family: Region["family"]): void {
  if (isRefusedByLock(state, family)) return;
  const value = call.args[param];
  if (value === undefined || isMisplaced(call, state, param)) {
    giveUp(call, state, family);
    return;
  }
  const region = savedIn(state, value);
  const address = addressFromPointer(value);
  const last = state.innermost("irq");
  if (region === undefined) {
    const certain = address !== undefined && isStackBase(address.base) && !isInexact(address.path);
    if (certain) breach(call, state, "irq", "not-saved", placeOf(last, "saved here last"), param);
    giveUp(call, state, family);
    return;
  }
  if (region.family !== family) {
    breach(call, state, "irq", family === "lock" ? "not-a-lock's" : "a-lock's", placeOf(region, "saved here"), param);
    giveUp(call, state, family);
    return;
  }
  if (last !== undefined && last.id !== region.id) {
    breach(call, state, "irq", "out-of-order", placeOf(last, "saved here last"), param, { last: last.name ?? "" });
  }
  if (address !== undefined) state.memory.delete(memoryKey(address));
  state.dropRegion(region.id);
  leftRegion(call, state, "irq");
}

/** The program leaves, or may leave, while regions are open. */
export function mayNotBeInside(
  machine: Machine,
  state: State,
  exit: Site,
  how: "return" | "throw" | "tail-call" | "load",
  name: string | undefined,
): void {
  for (const region of state.regions) {
    // A lock that is still held is its own mistake.
    if (region.kind === "irq" && region.family === "lock") continue;
    const atExit = how === "return";
    report.breach(machine, state, {
      rule: regionRule[region.kind],
      why: atExit ? "open-at-exit" : "left-inside",
      site: atExit ? region.site : exit,
      callee: atExit ? region.call : name,
      exit: atExit ? exit : undefined,
      words: { how, variable: region.name ?? "", opener: region.call },
      related: atExit
        ? [{ site: exit, message: "the program leaves here" }]
        : [{ site: region.site, message: `opened here by ${region.call}()` }],
    });
  }
}

function addRegion(
  call: Call,
  state: State,
  kind: RegionKind,
  family: Region["family"],
  name: string | undefined,
): number {
  const id = call.machine.newId();
  state.regions = [...state.regions, { id, kind, family, site: call.site, call: call.effect.name, name }];
  return id;
}

/** Interrupts may not be saved or restored while a lock is held: the call is wrong before its argument is. */
function isRefusedByLock(state: State, family: Region["family"]): boolean {
  return family === "native" && state.locks.length > 0;
}

/** The last saved state counts as restored: what follows is not told again. */
function giveUp(call: Call, state: State, family: Region["family"]): void {
  const region = state.regions.findLast((known) => known.kind === "irq" && known.family === family);
  if (region === undefined) return;
  state.dropRegion(region.id);
  leftRegion(call, state, "irq");
}

function savedIn(state: State, value: Value): Region | undefined {
  const slot = slotAt(state, value);
  return slot?.kind === "irq-flag" ? state.regions.find((region) => region.id === slot.region) : undefined;
}

/** Not a variable of this program's stack, for certain; reported unless NULL, which has a rule of its own. */
function isMisplaced(call: Call, state: State, param: number): boolean {
  const value = call.args[param];
  if (value === undefined || isKnownNull(call.machine, state, value)) return true;
  if (value.kind !== "pointer" || isStackBase(value.base)) return false;
  const object = state.object(objectIdOf(value));
  const certain = value.base[0] === "g" || (object !== undefined && object.class !== "unknown");
  if (certain) breach(call, state, "irq", "not-on-stack", [], param);
  return certain;
}

function placeOf(region: Region | undefined, message: string): { site: Site; message: string }[] {
  return region === undefined ? [] : [{ site: region.site, message }];
}

function breach(
  call: Call,
  state: State,
  kind: RegionKind,
  why: string,
  related: readonly { readonly site: Site; readonly message: string }[],
  param?: number,
  words: Readonly<Record<string, string>> = {},
): void {
  const expr = param === undefined ? undefined : call.exprs[param];
  report.breach(call.machine, state, {
    rule: regionRule[kind],
    why,
    site: call.site,
    callee: call.effect.name,
    param: param === undefined ? undefined : call.effect.params[param]?.name,
    related,
    words,
    ...(expr === undefined ? {} : { expr }),
  });
}
