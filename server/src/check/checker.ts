// One BPF C file through all stages, for each target kernel: text, declarations,
// unit, graphs, roots, findings. Caches here are keyed by content and never change
// a result.
import { buildUnit, createUnitCache } from "../model/build-unit.ts";
import type { FunctionInfo, Program, TranslationUnit } from "../model/unit.ts";
import { createHeaderCache, preprocess } from "../preprocess/preprocess.ts";
import type { PreprocessedUnit } from "../preprocess/unit.ts";
import type { KernelEffects } from "../registry/effect.ts";
import { kernelEffects, loadKernel } from "../registry/index.ts";
import { rules } from "../rules/index.ts";
import { placesOf } from "../rules/places.ts";
import { loadParser } from "../syntax/parser.ts";
import { exceptionCallbackOf } from "../verifier/exceptions.ts";
import { type Breach, siteKey } from "../verifier/finding.ts";
import type { Root, Unit } from "../verifier/machine.ts";
import { type RootResult, rootStillHolds, runRoot } from "../verifier/run-root.ts";
import type { Session } from "../verifier/session.ts";
import type { Checker, CheckerOptions, CheckRequest, CheckStats, FileCheck, ProgramReport } from "./api.ts";
import { CallJudge } from "./call-judge.ts";
import { DiagnosticSet } from "./diagnostic-set.ts";
import { GraphCache, type GraphsOfVersion } from "./graph-cache.ts";
import { RootCache, type Version } from "./root-cache.ts";
import { SessionCache, type SessionsOfFile } from "./session-cache.ts";
import { type ReachesByKernel, Summaries, SummaryCache } from "./summaries.ts";

export async function createChecker(options: CheckerOptions): Promise<Checker> {
  const parser = await loadParser();
  const headers = createHeaderCache(options.once);
  const parsed = createUnitCache(options.once);
  let versions = nothingKept();
  const kernels = options.kernels.map((target) =>
    typeof target === "string" ? kernelEffects(loadKernel(target)) : kernelEffects(target.facts, target.name),
  );
  return {
    check(request: CheckRequest): FileCheck {
      if (options.once === true || versions.roots.isFull) versions = nothingKept();
      const pre = preprocess(
        {
          path: request.path,
          text: request.text,
          config: request.config,
          reader: options.reader,
          ...(request.cancellation === undefined ? {} : { cancellation: request.cancellation }),
        },
        headers,
      );
      const unit = buildUnit(pre, parser, parsed);
      const { roots, sessions, graphs, summaries } = versions;
      const version = roots.version(request.path, pre);
      const session = sessions.of(request.path, version);
      const known = summaries.of(request.path, version);
      return new FileRun(request, pre, unit, kernels, version, session, graphs, known).result();
    },
    invalidate(path: string): void {
      headers.invalidate(path);
    },
  };
}

/** What a file's next version can take over. */
function nothingKept() {
  return {
    roots: new RootCache(),
    sessions: new SessionCache(),
    graphs: new GraphCache(),
    summaries: new SummaryCache(),
  };
}

/** All programs of one file on all kernels. */
class FileRun {
  readonly #request: CheckRequest;
  readonly #pre: PreprocessedUnit;
  readonly #unit: TranslationUnit;
  readonly #kernels: readonly KernelEffects[];
  readonly #version: Version;
  readonly #sessions: SessionsOfFile;
  readonly #graphs: GraphsOfVersion;
  readonly #reaches: ReachesByKernel;
  readonly #caps = new Map<string, number>();
  #steps = 0;

  constructor(
    request: CheckRequest,
    pre: PreprocessedUnit,
    unit: TranslationUnit,
    kernels: readonly KernelEffects[],
    version: Version,
    sessions: SessionsOfFile,
    graphs: GraphCache,
    reaches: ReachesByKernel,
  ) {
    this.#version = version;
    this.#reaches = reaches;
    this.#sessions = sessions;
    this.#graphs = graphs.of(unit, version);
    this.#request = request;
    this.#pre = pre;
    this.#unit = unit;
    this.#kernels = kernels;
  }

  result(): FileCheck {
    const reasons = new Map<Program, string | undefined>();
    const diagnostics = new DiagnosticSet(placesOf(this.#unit, (name) => this.#version.positions(name)));
    for (const effects of this.#kernels) {
      const kernel = new KernelRun(
        this.#unit,
        effects,
        this.#version,
        this.#sessions.session(effects.kernel),
        this.#graphs,
        this.#reaches,
        this.#request,
      );
      for (const program of this.#unit.programs) {
        const { results, calls, reason } = kernel.program(program);
        reasons.set(program, reasons.get(program) ?? reason);
        if (reason !== undefined) diagnostics.addUnknown(program.name, effects.kernel);
        // What a call may not do there is nothing to say when it may not be made at all.
        const refused = new Set(calls.filter(isError).map((call) => siteKey(call.site)));
        for (const { findings } of results) {
          const told = findings.filter((finding) => finding.kind !== "breach" || !refused.has(siteKey(finding.site)));
          diagnostics.add(told, program.name, effects.kernel);
        }
        diagnostics.add(calls, program.name, effects.kernel);
      }
      for (const [cap, count] of kernel.caps) this.#caps.set(cap, (this.#caps.get(cap) ?? 0) + count);
      this.#steps += kernel.steps;
    }
    return {
      path: this.#request.path,
      programs: this.#unit.programs.map((program) => report(program, reasons.get(program))),
      diagnostics: diagnostics.list(this.#kernels.map((k) => k.kernel)),
      stats: this.#stats(),
      files: this.#pre.files.map((file) => file.path),
      missing: this.#pre.missing,
    };
  }

  #stats(): CheckStats {
    const functions = this.#unit.mainFunctions.filter((fn) => fn.hasBody);
    return {
      functions: functions.length,
      cleanFunctions: functions.filter((fn) => fn.problem === undefined).length,
      steps: this.#steps,
      caps: Object.fromEntries(this.#caps),
      missingIncludes: this.#pre.problems.filter((p) => p.kind === "missing-include").map((p) => p.message),
      filesRead: this.#pre.files.length,
    };
  }
}

function report(program: Program, reason: string | undefined): ProgramReport {
  return {
    name: program.name,
    section: program.section,
    span: program.nameSpan,
    analyzed: reason === undefined,
    reason,
  };
}

/** All roots of one file on one kernel; global functions and callbacks are explored once. */
class KernelRun {
  readonly caps = new Map<string, number>();
  readonly #session: Session;
  readonly #unit: TranslationUnit;
  readonly #effects: KernelEffects;
  readonly #request: CheckRequest;
  readonly #machineUnit: Unit;
  readonly #version: Version;
  readonly #judge: CallJudge;
  readonly #counted = new Set<RootResult>();

  constructor(
    unit: TranslationUnit,
    effects: KernelEffects,
    version: Version,
    session: Session,
    graphs: GraphsOfVersion,
    reaches: ReachesByKernel,
    request: CheckRequest,
  ) {
    const graph = (fn: FunctionInfo) => graphs.graph(fn);
    this.#session = session;
    this.#unit = unit;
    this.#effects = effects;
    this.#version = version;
    this.#request = request;
    this.#judge = new CallJudge(unit, effects, graph, version);
    const summaries = new Summaries(unit, effects, graph, reaches);
    this.#machineUnit = {
      unit,
      graph,
      summary: (name) => summaries.of(name),
      isLocalRecord: (tag) => unit.isLocalRecord(tag),
    };
  }

  get steps(): number {
    return this.#session.work;
  }

  /** `calls`: what is wrong with the kernel functions that the program calls. */
  program(program: Program): { results: RootResult[]; calls: Breach[]; reason: string | undefined } {
    const fn = this.#unit.function(program.entry.name);
    if (fn === undefined) return { results: [], calls: [], reason: `${program.entry.name}() was not found` };
    const section = this.#effects.section(program.section);
    const sleepable = section?.sleepable ?? false;
    const structOps = this.#unit.structOpsMember(program.name);
    const exceptionCallback = exceptionCallbackOf(fn);
    const own = `program ${program.name} ${program.section} ${fn.name}`;
    const first = this.#once(
      own,
      { name: program.name, kind: "program", section, structOps, sleepable, exceptionCallback },
      fn,
    );
    const results = [first];
    const calls = [...this.#judge.calls(first, { section, structOps, sleepable }, program)];
    const seen = new Set<string>();
    const queue = [...first.found];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const key = `${next.kind} ${next.name} ${next.sleepable}`;
      const callee = this.#unit.function(next.name);
      if (seen.has(key) || callee === undefined) continue;
      seen.add(key);
      const found = next;
      // A global function sees the context of its program.
      const ops = found.kind === "global" ? structOps : undefined;
      const result = this.#once(
        `${key} ${program.section} ${exceptionCallback} ${ops?.struct}.${ops?.member}`,
        { ...found, section, structOps: ops, exceptionCallback },
        callee,
      );
      results.push(result);
      calls.push(...this.#judge.calls(result, { section, structOps, sleepable: sleepable || next.sleepable }, program));
      queue.push(...result.found);
    }
    return { results, calls, reason: reasonOf(results) };
  }

  #once(key: string, root: Root, fn: FunctionInfo): RootResult {
    const task = {
      unit: this.#machineUnit,
      effects: this.#effects,
      session: this.#session,
      root,
      fn,
      cancellation: this.#request.cancellation,
    };
    const result = this.#version.result(
      `${this.#effects.kernel} ${key}`,
      fn.name,
      (kept) => rootStillHolds(task, kept),
      () => runRoot(task),
    );
    if (!this.#counted.has(result)) {
      this.#counted.add(result);
      for (const [cap, count] of result.caps) this.caps.set(cap, (this.caps.get(cap) ?? 0) + count);
    }
    return result;
  }
}

function isError({ rule }: Breach): boolean {
  return rules.some(({ code, severity }) => code === rule && severity === "error");
}

function reasonOf(results: readonly RootResult[]): string | undefined {
  for (const result of results) {
    for (const [name, problem] of result.unreadable) return `${name}() could not be read: ${problem}`;
    for (const [cap] of result.caps) return `limit met: ${cap}`;
  }
  return undefined;
}
