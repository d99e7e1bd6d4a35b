// Judges the externs behind the kernel functions that a program calls, as the loader does before the verifier runs:
// does the target kernel have them under this name, with this prototype? A strong extern that cannot be resolved stops
// the whole file from loading; a weak one only those programs that call it unguarded.

import type { ControlFlowGraph, Expr } from "../cfg/ir.ts";
import { visitTerminator } from "../cfg/walk.ts";
import type { FunctionInfo, TranslationUnit } from "../model/unit.ts";
import type { KernelEffects } from "../registry/effect.ts";
import type { Breach, ReachedCall } from "../verifier/finding.ts";
import { type Mismatch, resolveKsym } from "../verifier/ksym.ts";
import type { Site } from "../verifier/value.ts";

export interface ExternContext {
  readonly unit: TranslationUnit;
  readonly effects: KernelEffects;
  /** undefined: no body, or none that could be read. */
  graph(fn: FunctionInfo): ControlFlowGraph | undefined;
  /** All functions of the main file. Asked for last: what is found then holds for this version only. */
  mainFunctions(): readonly FunctionInfo[];
}

/** `dropped`: calls in what the verifier drops; `looked`: the functions that the program consists of. */
export function externFindings(
  context: ExternContext,
  calls: readonly ReachedCall[],
  dropped: readonly ReachedCall[],
  looked: Iterable<string>,
): readonly Breach[] {
  const tests = testsIn(context, looked);
  const strong = dropped.filter(({ callee }) => context.unit.function(callee)?.weak === false);
  const findings = [...calls, ...strong].flatMap((call) => judge(context, call, tests));
  return [...oncePerType(findings), ...tests.flatMap((test) => uselessTest(context, test))];
}

/** A struct that is nowhere defined is one mistake, however many externs name it. */
function oncePerType(findings: readonly Breach[]): readonly Breach[] {
  const seen = new Set<string>();
  return findings.filter(({ why, words }) => {
    const tag = words["tag"];
    if (why !== "forward" || tag === undefined) return true;
    const isFirst = !seen.has(tag);
    seen.add(tag);
    return isFirst;
  });
}

function judge(context: ExternContext, call: ReachedCall, tests: readonly KsymTest[]): readonly Breach[] {
  const { unit, effects } = context;
  const fn = unit.function(call.callee);
  if (fn === undefined) return undeclared(context, call);
  if (!fn.ksym) return [breach("missing-ksym", "section", declarationOf(fn), call.callee)];
  const resolution = resolveKsym(unit, effects, fn);
  const isOwn = !unit.isFromKernelHeader(fn);
  switch (resolution.kind) {
    case "found":
      return found(context, call, fn);
    case "unknown":
      return isOwn && !call.guarded && !isTestedInVain(fn, tests) ? unknownFunction(context, call, fn, tests) : [];
    case "missing":
    case "mismatch": {
      if (fn.weak && (call.guarded || isAskedOnTheWay(context, call))) return [];
      if (resolution.kind === "missing" && isTestedInVain(fn, tests)) return [];
      const elsewhere = flavorFinding(context, call, fn, "unresolved");
      if (elsewhere !== undefined) return [elsewhere];
      return [
        resolution.kind === "missing"
          ? missingFunction(context, call, fn, isOwn)
          : mismatched(call, fn, isOwn, resolution.prototype.text, resolution.mismatch, effects.kernel),
      ];
    }
  }
}

/** A strong extern that is tested all the same is told of at the test. */
function isTestedInVain(fn: FunctionInfo, tests: readonly KsymTest[]): boolean {
  return !fn.weak && tests.some(({ name }) => name === fn.name);
}

function undeclared({ unit, effects }: ExternContext, call: ReachedCall): readonly Breach[] {
  const prototype = effects.prototype(call.callee);
  // A header that was not found may declare it.
  if (!unit.complete || prototype === undefined) return [];
  return [breach("missing-ksym", "undeclared", call.site, call.callee, { prototype: prototype.text })];
}

function found(context: ExternContext, call: ReachedCall, fn: FunctionInfo): readonly Breach[] {
  const { unit, effects } = context;
  const findings: Breach[] = [];
  const elsewhere = flavorFinding(context, call, fn, "resolved");
  if (elsewhere !== undefined) findings.push(elsewhere);
  const prototype = effects.prototype(call.callee);
  if (prototype?.testOnly === true) findings.push(breach("test-only-kfunc", "called", call.site, call.callee));
  if (unit.isFromKernelHeader(fn)) return findings;
  fn.type.params.forEach(({ name }, index) => {
    const kernelName = prototype?.params[index]?.[1] ?? "";
    const suffix = name === undefined ? undefined : effects.parameterSuffix(name);
    if (suffix === undefined || effects.parameterSuffix(kernelName) !== undefined) return;
    const words = { parameter: name ?? "", suffix, kernelName };
    findings.push(breach("suffix-in-declaration", "ignored", declarationOf(fn), call.callee, words));
  });
  return findings;
}

/** The kernel itself names a function so, but the loader looks for the name without its last `___suffix`. */
function flavorFinding(
  { effects }: ExternContext,
  call: ReachedCall,
  fn: FunctionInfo,
  why: "resolved" | "unresolved",
): Breach | undefined {
  const target = effects.flavorTarget(call.callee);
  if (target === undefined) return undefined;
  return breach("flavor-resolves-elsewhere", why, call.site, call.callee, { target, weak: fn.weak ? "weak" : "" });
}

function unknownFunction(
  context: ExternContext,
  call: ReachedCall,
  fn: FunctionInfo,
  tests: readonly KsymTest[],
): readonly Breach[] {
  const { kernel } = context.effects;
  if (!fn.weak) return [breach("kfunc-not-available", "unknown", call.site, call.callee, { kernel })];
  if (isAskedOnTheWay(context, call)) return [];
  const isTestedElsewhere = tests.some(({ name }) => name === call.callee) || isTestedAnywhere(context, call.callee);
  return [
    breach("weak-without-guard", isTestedElsewhere ? "tested-elsewhere" : "unknown", call.site, call.callee, {
      kernel,
    }),
  ];
}

function missingFunction({ effects }: ExternContext, call: ReachedCall, fn: FunctionInfo, isOwn: boolean): Breach {
  const absence = effects.absence(call.callee);
  const words = {
    kernel: effects.kernel,
    kernels: absence?.presentIn.join(", ") ?? "",
    needs: absence?.needs.join(", ") ?? "",
    replacement: absence?.replacement ?? "",
    same: absence?.sameArguments === true ? "same" : "",
    weak: fn.weak ? "weak" : "",
    prototype: absence?.replacement === undefined ? "" : (effects.prototype(absence.replacement)?.text ?? ""),
  };
  if (words.replacement !== "") return breach("kfunc-not-available", "renamed", call.site, call.callee, words);
  return fn.weak && isOwn
    ? breach("weak-without-guard", "missing", call.site, call.callee, words)
    : breach("kfunc-not-available", "missing", call.site, call.callee, words);
}

function mismatched(
  call: ReachedCall,
  fn: FunctionInfo,
  isOwn: boolean,
  prototype: string,
  mismatch: Mismatch,
  kernel: string,
): Breach {
  const words: Record<string, string> = { prototype, kernel, weak: fn.weak ? "weak" : "" };
  if (mismatch.why === "count" || mismatch.why === "hidden") {
    words["declared"] = String(mismatch.declared);
    words["expected"] = String(mismatch.expected);
  } else {
    words["place"] = mismatch.index === undefined ? "the result" : `parameter ${mismatch.index + 1}`;
    if (mismatch.why === "forward") words["tag"] = mismatch.tag;
    else Object.assign(words, { declared: mismatch.declared, expected: mismatch.expected });
  }
  const site = isOwn ? declarationOf(fn) : call.site;
  const related = isOwn ? [{ site: call.site, message: "called here" }] : [];
  return { ...breach("prototype-mismatch", mismatch.why, site, call.callee, words), related };
}

/** `if (f)` of a strong extern: the compiler takes it for true. */
function uselessTest({ unit, effects }: ExternContext, { name, site }: KsymTest): readonly Breach[] {
  const fn = unit.function(name);
  if (fn === undefined || fn.weak) return [];
  const isMissing = resolveKsym(unit, effects, fn).kind === "missing";
  return [breach("guard-without-weak", isMissing ? "missing" : "useless", site, name, { kernel: effects.kernel })];
}

interface KsymTest {
  readonly name: string;
  readonly site: Site;
}

function testsIn({ unit, graph }: ExternContext, functions: Iterable<string>): KsymTest[] {
  const tests: KsymTest[] = [];
  for (const name of functions) {
    const fn = unit.function(name);
    const read = fn && graph(fn);
    if (read !== undefined) tests.push(...answersIn(unit, read).tests);
  }
  return tests;
}

function isTestedAnywhere(context: ExternContext, name: string): boolean {
  const own = context.mainFunctions().map((fn) => fn.name);
  return testsIn(context, own).some((test) => test.name === name);
}

/** Is the kernel asked about itself in a function through which the call is reached? Which way the answer goes is not followed. */
function isAskedOnTheWay({ unit, graph }: ExternContext, { callee, site }: ReachedCall): boolean {
  for (let at: Site | undefined = site; at !== undefined; at = at.via) {
    const fn = unit.function(at.fn.name);
    const read = fn && graph(fn);
    if (read === undefined) continue;
    const { tests, asks } = answersIn(unit, read);
    if (asks || tests.some(({ name }) => name === callee)) return true;
  }
  return false;
}

interface Answers {
  readonly tests: readonly KsymTest[];
  /** A CO-RE question or a kernel configuration decides something. */
  readonly asks: boolean;
}

const known = new WeakMap<ControlFlowGraph, Answers>();

/** What a function's conditions ask of the kernel. */
function answersIn(unit: TranslationUnit, graph: ControlFlowGraph): Answers {
  const before = known.get(graph);
  if (before !== undefined) return before;
  const tests: KsymTest[] = [];
  let asks = false;
  const expr = (part: Expr): void => {
    if (part.kind === "unknown" && part.key !== undefined) asks = true;
    if (part.kind !== "function" || unit.function(part.name)?.ksym !== true) return;
    tests.push({ name: part.name, site: { fn: graph.decl, at: part.at } });
  };
  const place = (part: { readonly kind: string; readonly name?: string }): void => {
    if (part.kind === "global" && unit.global(part.name ?? "")?.section === ".kconfig") asks = true;
  };
  for (const block of graph.blocks) {
    if (block.terminator.kind === "branch") visitTerminator(block.terminator, { expr, place });
  }
  const answers = { tests, asks };
  known.set(graph, answers);
  return answers;
}

function declarationOf(fn: FunctionInfo): Site {
  return { fn: fn.decl, at: fn.decl.nameAt };
}

function breach(rule: string, why: string, site: Site, callee: string, words: Breach["words"] = {}): Breach {
  return {
    kind: "breach",
    rule,
    why,
    site,
    callee,
    param: undefined,
    text: "",
    words,
    subject: undefined,
    related: [],
    trace: undefined,
  };
}
