// Turns what a transfer step noticed into one raw finding, and poisons what it is
// about, so that one mistake is told once on each path.
import type { Expr } from "../cfg/ir.ts";
import { describeExpr } from "./describe.ts";
import type { Breach, HeldForFix, NullUse, RawFinding, Subject } from "./finding.ts";
import type { Machine } from "./machine.ts";
import type { State } from "./state.ts";
import { type ObjectInfo, objectIdOf, type Reference, type Site, type Value } from "./value.ts";

type LeakFinding = Extract<RawFinding, { kind: "leak" }>;
type UnownedFinding = Extract<RawFinding, { kind: "release-unowned" }>;

export const report = {
  leak(
    machine: Machine,
    state: State,
    reference: Reference,
    exit: Site,
    how: LeakFinding["how"],
    exitName: string | undefined,
  ): void {
    if (state.doubtful) return;
    machine.journal.report({
      kind: "leak",
      reference,
      name: reference.name ?? state.object(reference.object)?.origin.name,
      exit,
      how,
      exitName,
      trace: state.trace,
    });
  },

  null(
    machine: Machine,
    state: State,
    value: Value,
    expr: Expr,
    use: Omit<NullUse, "text" | "statement">,
    site: Site,
  ): void {
    const id = objectIdOf(value);
    const object = state.object(id);
    if (object?.poisoned === true || state.doubtful) return;
    machine.journal.report({
      kind: "null",
      site,
      use: { ...use, text: describeExpr(expr), statement: machine.here },
      subject: subjectOf(id, object),
      held: heldForFix(state, object),
      inRegion: state.locks.length > 0 || state.regions.length > 0,
      trace: state.trace,
    });
    // The program is refused here; go on as if the test had been made.
    if (id !== undefined) state.change(id, { poisoned: true, nullness: "unknown" });
  },

  useAfterRelease(
    machine: Machine,
    state: State,
    value: Value,
    use: "dereferenced" | "passed" | "released",
    callee: string | undefined,
    site: Site,
  ): void {
    const id = objectIdOf(value);
    const object = state.object(id);
    if (id === undefined || object?.dead === undefined || object.poisoned || state.doubtful) return;
    machine.journal.report({
      kind: "use-after-release",
      site,
      use,
      callee,
      subject: { origin: object.origin, struct: object.struct, object: id },
      released: object.dead,
      trace: state.trace,
    });
    state.change(id, { poisoned: true });
  },

  unowned(
    machine: Machine,
    state: State,
    value: Value,
    expr: Expr,
    callee: string,
    why: UnownedFinding["why"],
    site: Site,
  ): void {
    const id = objectIdOf(value);
    const object = state.object(id);
    if (object?.poisoned === true || state.doubtful) return;
    machine.journal.report({
      kind: "release-unowned",
      site,
      callee,
      why,
      subject: subjectOf(id, object),
      text: describeExpr(expr),
      releasers: machine.effects.releasersOf(object?.struct),
      trace: state.trace,
    });
  },

  /** A condition of the kernel does not hold; says nothing on paths that may not exist or were reported before. */
  breach(machine: Machine, state: State, breach: BreachReport): void {
    const id = breach.value && objectIdOf(breach.value);
    const object = state.object(id);
    if (object?.poisoned === true || state.doubtful) return;
    machine.journal.report({
      kind: "breach",
      rule: breach.rule,
      why: breach.why,
      site: breach.site,
      callee: breach.callee,
      param: breach.param,
      text: breach.expr === undefined ? "" : describeExpr(breach.expr),
      words: breach.words ?? {},
      subject: subjectOf(id, object),
      related: breach.related ?? [],
      exit: breach.exit,
      trace: state.trace,
    });
    if (id !== undefined && object !== undefined) state.change(id, { poisoned: true });
  },
};

export interface BreachReport extends Pick<Breach, "rule" | "why" | "site" | "callee"> {
  readonly param?: string | undefined;
  readonly words?: Breach["words"];
  readonly related?: Breach["related"];
  readonly exit?: Site | undefined;
  /** The value that breaks the condition: it is poisoned, so that later uses of it stay silent. */
  readonly value?: Value;
  readonly expr?: Expr;
}

function subjectOf(id: number | undefined, object: ObjectInfo | undefined): Subject | undefined {
  return object && { origin: object.origin, struct: object.struct, object: id };
}

/** What an early return inserted here would leak. */
function heldForFix(state: State, except: ObjectInfo | undefined): HeldForFix[] {
  const held: HeldForFix[] = [];
  for (const reference of state.references) {
    const object = state.object(reference.object);
    const name = reference.name ?? object?.origin.name;
    const releasedBy = reference.releasedBy[0];
    if (object === except || name === undefined || releasedBy === undefined || object?.nullness === "maybe") continue;
    held.unshift({ name, releasedBy });
  }
  return held;
}
