// Where a call may be made: what may sleep needs a context that can sleep, and some
// kfuncs need an RCU section (VERIFIER_RULES 5 and 10). Calls under a lock are the
// business of locks.
import type { FunctionInfo } from "../model/unit.ts";
import type { Call } from "./arguments.ts";
import type { Machine } from "./machine.ts";
import { regionRule } from "./regions.ts";
import { report } from "./report.ts";
import type { Region, State } from "./state.ts";
import type { Site } from "./value.ts";

export function checkContext(call: Call, state: State): void {
  const { machine, effect, site } = call;
  if (effect.sleepable) checkSleep(machine, state, effect.name, site);
  if (effect.needsRcu && canTell(machine) && !machine.inRcuSection(state)) {
    report.breach(machine, state, { rule: regionRule.rcu, why: "needs-section", site, callee: effect.name });
  }
}

function checkSleep(machine: Machine, state: State, callee: string, site: Site): void {
  // Hardly any call may be made under a lock: that is said there.
  if (!canTell(machine) || state.locks.length > 0) return;
  if (!machine.root.sleepable) {
    const why = machine.root.kind === "async-callback" ? "timer" : "program";
    report.breach(machine, state, { rule: "sleepable-call", why, site, callee });
    return;
  }
  const region = outermost(state);
  if (region !== undefined) {
    report.breach(machine, state, { rule: "sleepable-call", why: region.kind, site, callee, related: opened(region) });
  }
}

/** Calls of a global function: its body is judged on its own, its context here. True when the call was reported. */
export function checkGlobalContext(machine: Machine, fn: FunctionInfo, state: State, site: Site): boolean {
  const { rules } = machine.effects;
  if (!canTell(machine) || state.locks.length > 0) return false;
  if (!rules.globalSleepChecked) {
    const region = state.innermost("preempt");
    if (region === undefined) return false;
    report.breach(machine, state, {
      rule: regionRule.preempt,
      why: "global-call",
      site,
      callee: fn.name,
      related: opened(region),
    });
    return true;
  }
  const region = outermost(state);
  // Where the function is judged for a program that cannot sleep, the call inside it is reported.
  const judgedInside = region === undefined && (rules.globalsByContext || !machine.programSleepable);
  if (judgedInside || (region === undefined && machine.root.sleepable) || !machine.summary(fn.name).sleeps)
    return false;
  report.breach(machine, state, {
    rule: "sleepable-call",
    why: region === undefined ? "global-in-timer" : `global-${region.kind}`,
    site,
    callee: fn.name,
    related: region === undefined ? [] : opened(region),
  });
  return true;
}

/** A section that libbpf does not know may be anything. */
function canTell(machine: Machine): boolean {
  return machine.root.section !== undefined;
}

/** The region the verifier names: RCU first, then preemption, then interrupts. */
function outermost(state: State): Region | undefined {
  return state.innermost("rcu") ?? state.innermost("preempt") ?? state.innermost("irq");
}

function opened(region: Region): { site: Site; message: string }[] {
  return [{ site: region.site, message: `the section is opened here by ${region.call}()` }];
}
