// Straight-line execution: instructions in order, then the way the block ends.
// A call may end in several states; each goes on with the rest of the block.
import { assertNever } from "../base/assert-never.ts";
import type { BasicBlock, Expr, Instruction, Place, Terminator } from "../cfg/ir.ts";
import { localUse } from "../cfg/liveness.ts";
import { visitExpr } from "../cfg/walk.ts";
import { admit, VisitedPaths } from "./admission.ts";
import { chosenOtherwise, nameAssumption, onPath } from "./assumption.ts";
import { executeCall } from "./calls.ts";
import { describePlace } from "./describe.ts";
import { markEmpty } from "./empty-slots.ts";
import { adopt, cast, evaluate, type OnDeref } from "./evaluate.ts";
import type { Outcome } from "./explore-function.ts";
import { checkSlotStore } from "./kptr.ts";
import { type Frame, limits, type Machine, siteOf } from "./machine.ts";
import {
  type Address,
  addressFromPointer,
  addressOf,
  clobber,
  copyUnder,
  fillZero,
  forgetShared,
  forgetUnder,
  isStackBase,
  localBase,
  resultBase,
  store,
} from "./memory.ts";
import { checkInside } from "./outside-access.ts";
import { assume, isKnownNull } from "./refine.ts";
import { report } from "./report.ts";
import { skippedAt } from "./skipped.ts";
import { overwritesSpecial, touchesSpecial } from "./special-access.ts";
import { checkCopied, checkOverwritten, markOverwritten } from "./stack-bytes.ts";
import type { State } from "./state.ts";
import { decided } from "./trace.ts";
import { type ObjectInfo, objectIdOf, type Site, type Value } from "./value.ts";

type Next = { readonly target: number; readonly state: State };

export function executeBlock(
  machine: Machine,
  frame: Frame,
  block: number,
  state: State,
  leave: (outcome: Outcome) => void,
): Next[] {
  const { instructions, terminator } = frame.graph.blocks[block] as BasicBlock;
  let states = [state];
  for (const instruction of instructions) {
    if (instruction.kind === "call") {
      states = states.flatMap((current) =>
        onPath(machine, current, () => {
          machine.here = siteOf(frame, instruction.at);
          return executeCall(machine, frame, current, instruction);
        }),
      );
      if (states.length > limits.unjoined) states = admit(machine, states, new VisitedPaths());
    } else {
      for (const current of states) {
        onPath(machine, current, () => {
          machine.here = siteOf(frame, instruction.at);
          execute(machine, frame, current, instruction);
        });
      }
      if (states.some((current) => current.impossible)) states = states.filter((current) => !current.impossible);
    }
  }
  return states.flatMap((current) =>
    onPath(machine, current, () => terminate(machine, frame, current, terminator, leave)),
  );
}

function execute(
  machine: Machine,
  frame: Frame,
  state: State,
  instruction: Exclude<Instruction, { kind: "call" }>,
): void {
  const onDeref = derefChecker(machine, state, machine.here);
  switch (instruction.kind) {
    case "assign": {
      const raw = evaluate(machine, state, frame, instruction.value, onDeref);
      const value = adopt(state, cast(machine, state, raw, instruction.target.type), instruction.target.type);
      const address = addressOf(machine, state, frame, instruction.target, onDeref);
      if (address === undefined) return;
      forgetUnions(machine, state, frame, instruction.target);
      const lost = checkOverwritten(machine, state, address, machine.here);
      checkWritable(machine, state, instruction.target, address);
      checkSlotStore(machine, state, address, instruction.target, value, machine.here);
      store(state, address, value);
      markOverwritten(state, lost);
      if (instruction.target.kind === "local") noteTarget(state, machine.here, instruction.target.local.id);
      if (address.path.includes("[~]")) letGoValue(state, value);
      if (address.base[0] !== "f") state.epoch++;
      nameObject(state, value, instruction.target);
      return;
    }
    case "copy": {
      const source = addressOf(machine, state, frame, instruction.source, onDeref);
      const target = addressOf(machine, state, frame, instruction.target, onDeref);
      if (target === undefined) return;
      overwritesSpecial(machine, state, target, instruction.target.type, machine.here);
      checkOverwritten(machine, state, target, machine.here);
      if (source === undefined) {
        clobber(state, target);
        return;
      }
      copyUnder(state, target, source);
      checkCopied(machine, state, instruction, target);
      return;
    }
    case "zero": {
      const target = addressOf(machine, state, frame, instruction.target, onDeref);
      if (target === undefined) return;
      overwritesSpecial(machine, state, target, instruction.target.type, machine.here);
      checkOverwritten(machine, state, target, machine.here);
      fillZero(state, target);
      markEmpty(machine, state, target, instruction.target.type);
      return;
    }
    case "declare": {
      const address = { base: localBase(frame, instruction.local.id), path: "" };
      forgetUnder(state, address);
      markEmpty(machine, state, address, instruction.local.type);
      return;
    }
    case "forget":
      forgetUnder(state, { base: localBase(frame, instruction.local.id), path: "" });
      return;
    case "asm":
      executeAsm(machine, frame, state, instruction);
      return;
    case "discard":
      // clang drops a load nobody uses; what it computes on the way is computed here too.
      evaluate(machine, state, frame, instruction.value);
      return;
    default:
      assertNever(instruction);
  }
}

/** A store through a pointer to memory that is only for reading. */
function checkWritable(machine: Machine, state: State, target: Place, address: Address): void {
  const value: Value = { kind: "pointer", ...address };
  const object = state.object(objectIdOf(value));
  if (object === undefined || object.dead !== undefined || object.poisoned) return;
  if (!object.readOnly && !isKernels(machine, object)) return;
  const words = { name: describePlace(target), class: object.class };
  const site = { ...machine.here, at: target.at };
  const why = object.readOnly ? "written" : "object";
  report.breach(machine, state, { rule: "read-only-memory", why, site, callee: undefined, words, value });
}

/** An object of the kernel, in a program of a type that may not write any. */
function isKernels(machine: Machine, object: ObjectInfo): boolean {
  const type = machine.root.section?.programType;
  if (object.class !== "btf" || object.trust === "unknown" || object.origin.what === "kptr") return false;
  if (object.struct === undefined || machine.unit.isLocalRecord(object.struct)) return false;
  if (type === undefined || machine.root.kind !== "program" || machine.effects.writesObjects(type)) return false;
  // What bpf_kptr_xchg() gives back may be an object of the program.
  return object.origin.call === undefined || machine.effects.effect(object.origin.call)?.returns.kind === "object";
}

/** Members of a union share their bytes: a store to one is a store to all. */
function forgetUnions(machine: Machine, state: State, frame: Frame, target: Place): void {
  for (let place = target; place.kind === "member" || place.kind === "element"; place = place.base) {
    const { type } = place.base;
    if (type.kind !== "record" || !type.union) continue;
    const address = addressOf(machine, state, frame, place.base);
    if (address !== undefined) clobber(state, address);
  }
}

/** The first named place that holds an object gives it its name in messages. */
function nameObject(state: State, value: Value, target: Place): void {
  const id = objectIdOf(value);
  const object = state.object(id);
  if (id === undefined || object === undefined || object.origin.name !== undefined) return;
  const name = describePlace(target);
  if (name !== "") state.change(id, { origin: { ...object.origin, name } });
}

/** An empty template only hides the value from the compiler; any other may do what it likes. */
function executeAsm(machine: Machine, frame: Frame, state: State, asm: Extract<Instruction, { kind: "asm" }>): void {
  if (asm.clobbersMemory) {
    forgetShared(machine, state);
    state.epoch++;
  }
  if (asm.template.trim() === "") return;
  for (const input of asm.inputs) {
    const value = evaluate(machine, state, frame, input);
    // The address of a variable: the assembly may write to it.
    if (value.kind === "pointer" && isStackBase(value.base)) clobber(state, { base: value.base, path: "" });
    const object = objectIdOf(value);
    const ref = state.object(object)?.ref;
    if (ref !== undefined) letGo(state, ref);
    // The assembly may have tested it, and left the program if it was NULL.
    else if (object !== undefined) state.change(object, { nullness: "unknown" });
  }
  for (const place of asm.outputs) {
    const address = addressOf(machine, state, frame, place);
    if (address !== undefined) store(state, address, machine.symbols.opaque());
  }
}

/** The program knows where it put it; we do not any more. */
function letGoValue(state: State, value: Value): void {
  const ref = state.object(objectIdOf(value))?.ref;
  if (ref !== undefined) letGo(state, ref);
}

/** Someone we cannot see has it: neither owned for certain nor lost. */
export function letGo(state: State, ref: number): void {
  state.dropReference(ref);
  for (const [id, object] of state.objects) {
    if (object.ref === ref)
      state.change(id, { ref: undefined, class: "unknown", nullness: "unknown", trust: "unknown" });
  }
}

export function derefChecker(machine: Machine, state: State, site: Site): OnDeref {
  return (pointer: Expr, value: Value, place?: Place) => {
    // What is not known to be a pointer, or points into an arena, may be read in any case.
    if (pointer.type.kind !== "pointer" || pointer.type.tags.includes("arena")) return;
    if (isKnownNull(machine, state, value)) {
      if (value.kind === "number" && isLiteral(pointer)) return;
      const use = {
        how: "dereferenced",
        callee: undefined,
        param: undefined,
        index: undefined,
        nullableButUntested: false,
      } as const;
      report.null(machine, state, value, pointer, use, { ...site, at: pointer.at });
      return;
    }
    const id = objectIdOf(value);
    const object = state.object(id);
    if (id === undefined || object === undefined || object.poisoned) return;
    if (object.dead !== undefined) {
      report.useAfterRelease(machine, state, value, "dereferenced", undefined, { ...site, at: pointer.at });
      return;
    }
    const at = { ...site, at: pointer.at };
    if (object.class === "dynptr") {
      const words = { name: object.origin.name ?? "" };
      report.breach(machine, state, { rule: "dynptr-misuse", why: "bytes", site: at, callee: undefined, words, value });
      return;
    }
    if (object.nullness !== "maybe") {
      const address = place && addressFromPointer(value);
      if (address !== undefined) touchesSpecial(machine, state, address, place!, at);
      checkInside(machine, state, pointer, value, place, at);
      return;
    }
    const use = {
      how: "dereferenced",
      callee: undefined,
      param: undefined,
      index: undefined,
      nullableButUntested: false,
    } as const;
    report.null(machine, state, value, pointer, use, at);
    const atStart = place === undefined || isAtStart(machine, place);
    state.change(id, { usedUntested: { site: at, epoch: state.epoch, atStart, local: undefined } });
  };
}

/** Not a member, or the first one. */
function isAtStart(machine: Machine, place: Place): boolean {
  if (place.kind !== "member") return true;
  const offset = machine.unit.unit.field(place.base.type, place.name)?.offset;
  return offset === 0 && isAtStart(machine, place.base);
}

/** What was loaded untested just now went into this local. */
function noteTarget(state: State, here: Site, local: number): void {
  for (const [id, object] of state.objects) {
    const use = object.usedUntested;
    if (use === undefined || use.local !== undefined || use.site.fn !== here.fn) continue;
    if (use.site.at.start < here.at.start || use.site.at.end > here.at.end) continue;
    state.change(id, { usedUntested: { ...use, local } });
  }
}

/** `(T *)0` written out: offsetof tricks and deliberate faults, not a forgotten test. */
function isLiteral(expr: Expr): boolean {
  return expr.kind === "const" || (expr.kind === "cast" && isLiteral(expr.operand));
}

function terminate(
  machine: Machine,
  frame: Frame,
  state: State,
  terminator: Terminator,
  leave: (outcome: Outcome) => void,
): Next[] {
  const site = siteOf(frame, terminator.at);
  machine.here = site;
  switch (terminator.kind) {
    case "goto":
      return [{ target: terminator.target, state }];
    case "branch":
      return branch(machine, frame, state, terminator, site);
    case "switch":
      return switchOn(machine, frame, state, terminator, site);
    case "any":
      return terminator.targets.map((target) => ({ target, state: state.clone() }));
    case "return": {
      state.exit = site;
      if (terminator.value?.kind === "load" && terminator.value.type.kind === "record") {
        const source = addressOf(machine, state, frame, terminator.value.place, derefChecker(machine, state, site));
        if (source !== undefined) copyUnder(state, { base: resultBase, path: "" }, source);
        leave({ state });
        return [];
      }
      const value =
        terminator.value && evaluate(machine, state, frame, terminator.value, derefChecker(machine, state, site));
      leave(value === undefined ? { state } : { state, value });
      return [];
    }
    case "unreachable":
      return [];
    default:
      return assertNever(terminator);
  }
}

function branch(
  machine: Machine,
  frame: Frame,
  state: State,
  terminator: Extract<Terminator, { kind: "branch" }>,
  site: Site,
): Next[] {
  const value = evaluate(machine, state, frame, terminator.test, derefChecker(machine, state, site));
  const tested = testedObject(machine, value, 0);
  const chosen = chosenOtherwise(machine, frame, state, terminator.test, value);
  const next: Next[] = [];
  if (value.kind === "number") {
    next.push({ target: value.value !== 0 ? terminator.whenTrue : terminator.whenFalse, state });
  } else {
    const otherwise = state.clone();
    if (assume(machine, state, value, true)) {
      state.trace = decided(state.trace, site, true);
      next.push({ target: terminator.whenTrue, state });
    }
    if (assume(machine, otherwise, value, false)) {
      otherwise.trace = decided(otherwise.trace, site, false);
      next.push({ target: terminator.whenFalse, state: otherwise });
    }
  }
  noteLateTest(machine, frame, next, tested, site);
  if (next.length === 1 && readsSetting(machine, terminator.test)) {
    machine.journal.skip(skippedAt(frame.graph, terminator, site, next[0]!.target !== terminator.whenTrue));
  }
  if (chosen !== undefined) {
    for (const truth of [true, false]) {
      const assumed = chosen.state.clone();
      if (!assume(machine, assumed, chosen.value, truth)) continue;
      nameAssumption(machine, assumed);
      assumed.trace = decided(assumed.trace, site, truth);
      next.push({ target: truth ? terminator.whenTrue : terminator.whenFalse, state: assumed });
    }
  }
  return next;
}

/** Is it decided by a `const volatile` variable, which the compiler leaves to the loader? */
function readsSetting(machine: Machine, test: Expr): boolean {
  let reads = false;
  visitExpr(test, {
    place(place) {
      if (place.kind !== "global") return;
      const global = machine.unit.unit.global(place.name);
      if (global?.const === true && global.volatile) reads = true;
    },
  });
  return reads;
}

/** A NULL test of something that was dereferenced untested before. */
function noteLateTest(
  machine: Machine,
  frame: Frame,
  next: readonly Next[],
  tested: number | undefined,
  site: Site,
): void {
  const object = next[0]?.state.object(tested);
  const use = object?.usedUntested;
  if (object === undefined || use === undefined) return;
  const whenNull = next.find(({ state }) => state.object(tested)?.nullness === "null")?.target;
  const live = whenNull === undefined ? undefined : localUse(frame.graph, "", () => true).liveIn[whenNull];
  const neededThere = use.local !== undefined && live?.has(use.local) === true;
  machine.journal.report({
    kind: "late-null-check",
    site,
    subject: { origin: object.origin, struct: object.struct, object: tested },
    use: use.site,
    movable: use.epoch === next[0]!.state.epoch && !use.atStart && !neededThere,
  });
}

function testedObject(machine: Machine, value: Value, depth: number): number | undefined {
  if (value.kind === "pointer") return objectIdOf(value);
  if (value.kind !== "symbol" || depth > 3) return undefined;
  const definition = machine.symbols.definition(value.id);
  if (definition?.kind === "not") return testedObject(machine, definition.operand, depth + 1);
  if (definition?.kind === "binary" && (definition.op === "==" || definition.op === "!=")) {
    return testedObject(machine, definition.left, depth + 1);
  }
  return undefined;
}

function switchOn(
  machine: Machine,
  frame: Frame,
  state: State,
  terminator: Extract<Terminator, { kind: "switch" }>,
  site: Site,
): Next[] {
  const value = evaluate(machine, state, frame, terminator.value, derefChecker(machine, state, site));
  const chosen = chosenOtherwise(machine, frame, state, terminator.value, value);
  const next = takeCases(machine, state, terminator, site, value);
  if (chosen === undefined) return next;
  const others = takeCases(machine, chosen.state, terminator, site, chosen.value);
  for (const other of others) nameAssumption(machine, other.state);
  return [...next, ...others];
}

function takeCases(
  machine: Machine,
  state: State,
  terminator: Extract<Terminator, { kind: "switch" }>,
  site: Site,
  value: Value,
): Next[] {
  const next: Next[] = [];
  const rest = state.clone();
  let restPossible = true;
  for (const { low, high, target } of terminator.cases) {
    if (low === undefined || high === undefined) {
      next.push({ target, state: state.clone() });
      continue;
    }
    const taken = state.clone();
    if (assumeWithin(machine, taken, value, low, high, true)) {
      taken.trace = decided(taken.trace, site, true);
      next.push({ target, state: taken });
    }
    restPossible &&= low !== high || assumeWithin(machine, rest, value, low, high, false);
  }
  if (restPossible) {
    rest.trace = decided(rest.trace, site, false);
    next.push({ target: terminator.otherwise, state: rest });
  }
  return next;
}

function assumeWithin(
  machine: Machine,
  state: State,
  value: Value,
  low: number,
  high: number,
  within: boolean,
): boolean {
  if (value.kind === "number") return (value.value >= low && value.value <= high) === within;
  const test = (op: "==" | ">=" | "<=", n: number) =>
    machine.symbols.defined(
      { kind: "binary", op, left: value, right: { kind: "number", value: n }, unsigned: false },
      { low: 0, high: 1 },
    );
  if (low === high) return assume(machine, state, test("==", low), within);
  if (!within) return true;
  return assume(machine, state, test(">=", low), true) && assume(machine, state, test("<=", high), true);
}
