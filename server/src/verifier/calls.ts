// Who is called, and how that is judged: a kfunc or helper by its effect, a static
// function by following it, a global function by what its declaration promises,
// anything else by assuming it may do all that we cannot see.
import type { FunctionInfo } from "../model/unit.ts";
import { applyEffect } from "./apply-effect.ts";
import type { Call } from "./arguments.ts";
import { isCompilerBuiltin, readsArguments, runCompilerBuiltin } from "./compiler-builtins.ts";
import { evaluate, isGuarded } from "./evaluate.ts";
import { checkCalledDirectly } from "./exceptions.ts";
import { derefChecker, letGo } from "./execute-block.ts";
import { exploreFunction, type Outcome } from "./explore-function.ts";
import { freedUnsafely } from "./freed-fields.ts";
import { callGlobal } from "./global-call.ts";
import { resolveKsym } from "./ksym.ts";
import { checkCallUnderLock } from "./locks.ts";
import { type Frame, type Machine, siteOf } from "./machine.ts";
import {
  addressFromPointer,
  clobber,
  copyUnder,
  forgetShared,
  isStackBase,
  localBase,
  resultBase,
  store,
} from "./memory.ts";
import type { CallInstruction } from "./result.ts";
import type { State } from "./state.ts";
import { objectIdOf, type Value } from "./value.ts";

/** All states after the call, with its result stored. */
export function executeCall(machine: Machine, frame: Frame, state: State, instruction: CallInstruction): State[] {
  const site = siteOf(frame, instruction.nameAt);
  const onDeref = derefChecker(machine, state, machine.here);
  const args = instruction.args.map((arg) => evaluate(machine, state, frame, arg, onDeref));
  const outcomes = call(machine, frame, state, instruction, args, site);
  const result = instruction.result;
  if (result !== undefined) {
    for (const outcome of outcomes) {
      const target = { base: localBase(frame, result.id), path: "" };
      if (result.type.kind === "record") {
        copyUnder(outcome.state, target, { base: resultBase, path: "" });
        clearResult(outcome.state);
      } else store(outcome.state, target, outcome.value ?? machine.symbols.freshOf(result.type));
    }
  }
  return outcomes.map((outcome) => outcome.state);
}

function clearResult(state: State): void {
  for (const key of state.memory.keys()) if (key.startsWith(`${resultBase}|`)) state.memory.delete(key);
}

function call(
  machine: Machine,
  frame: Frame,
  state: State,
  instruction: CallInstruction,
  args: readonly Value[],
  site: Call["site"],
): Outcome[] {
  const name = calleeName(machine, frame, state, instruction);
  if (name === undefined) return callUnknown(machine, state, args);
  const fn = machine.function(name);
  const hidden = machine.effects.inlineAssembly(name);
  if (hidden !== undefined) {
    return applyEffect({ machine, frame, effect: hidden, site, exprs: instruction.args, args }, state, instruction);
  }
  const label = fn?.decl.attributes.find((attribute) => attribute.name === "asm")?.args[0];
  const intrinsic = label === undefined ? undefined : machine.effects.compilerIntrinsic(label);
  if (intrinsic !== undefined) {
    const effect = { ...intrinsic, name };
    return applyEffect({ machine, frame, effect, site, exprs: instruction.args, args }, state, instruction);
  }
  if (fn?.hasBody === true && !fn.ksym) {
    if (!isFollowed(fn)) checkCalledDirectly(machine, state, fn, site);
    if (isFollowed(fn) && isKeptApart(fn) && !machine.effects.rules.staticCallsUnderLock) {
      checkCallUnderLock(machine, state, name, site, "static");
    }
    return isFollowed(fn)
      ? exploreFunction(machine, fn, state, args, frame, site)
      : callGlobal(machine, fn, state, args, instruction.args, site);
  }
  const effect = machine.effects.effect(name);
  const isGuardedHere = isGuarded(machine, state);
  if ((effect?.origin === "kfunc" || fn?.ksym === true) && (!state.doubtful || isGuardedHere)) {
    const frees = effect && freedUnsafely(machine, state, effect, args);
    machine.journal.reached({ callee: name, site, guarded: isGuardedHere, frees });
  }
  if (fn?.ksym === true && isAnother(machine, fn)) return callUnknown(machine, state, args);
  if (effect !== undefined) {
    const context: Call = { machine, frame, effect, site, exprs: instruction.args, args };
    return applyEffect(context, state, instruction);
  }
  if (readsArguments(name)) {
    args.forEach((value, index) => {
      const expr = instruction.args[index];
      if (expr?.type.kind === "pointer") derefChecker(machine, state, machine.here)(expr, value);
    });
  }
  if (isCompilerBuiltin(name)) return runCompilerBuiltin(machine, state, name, args);
  if (fn !== undefined && !fn.ksym && !fn.static) return callGlobal(machine, fn, state, args, instruction.args, site);
  return callUnknown(machine, state, args);
}

/** Declared in a way that does not agree with the kernel's: what it would do is not what this call means. */
function isAnother(machine: Machine, fn: FunctionInfo): boolean {
  const resolution = resolveKsym(machine.unit.unit, machine.effects, fn);
  return resolution.kind === "mismatch" && resolution.mismatch.why !== "forward";
}

function calleeName(machine: Machine, frame: Frame, state: State, instruction: CallInstruction): string | undefined {
  if (instruction.callee.kind === "name") return instruction.callee.name;
  const value = evaluate(machine, state, frame, instruction.callee.value);
  if (value.kind === "function") return value.name;
  // The address of something that no header we found declares.
  const name = value.kind === "pointer" && value.path === "" && value.base[0] === "g" ? value.base.slice(2) : undefined;
  return name !== undefined && machine.unit.unit.global(name) === undefined ? name : undefined;
}

/**
 * Static, or made so by the compiler or by libbpf: checked in its caller's context. A global function
 * that clang may inline is seen that way too: its copy in the caller is what the kernel judges, and
 * if clang keeps it apart it is checked with less than that, about which we say nothing.
 */
export function isFollowed(fn: FunctionInfo): boolean {
  return (
    fn.static ||
    !(fn.weak || fn.decl.attributes.some((a) => a.name === "noinline")) ||
    fn.decl.attributes.some((a) => a.name === "always_inline" || (a.name === "visibility" && a.args[0] === "hidden"))
  );
}

/** clang may not put it into its callers. */
function isKeptApart(fn: FunctionInfo): boolean {
  return fn.decl.attributes.some((attribute) => attribute.name === "noinline");
}

/** Nothing is known: what was passed may be released, kept or written to. */
function callUnknown(machine: Machine, state: State, args: readonly Value[]): Outcome[] {
  forgetShared(machine, state);
  state.epoch++;
  for (const value of args) {
    const ref = state.object(objectIdOf(value))?.ref;
    if (ref !== undefined) letGo(state, ref);
    const address = addressFromPointer(value);
    if (address === undefined || !isStackBase(address.base)) continue;
    for (const [key, held] of state.memory) {
      if (!key.startsWith(`${address.base}|`)) continue;
      const inside = held.kind === "slot" ? held.slot.ref : state.object(objectIdOf(held))?.ref;
      if (inside !== undefined) letGo(state, inside);
    }
    clobber(state, { base: address.base, path: "" });
  }
  return [{ state }];
}
