// The mistakes people make, one at a time. A mutation says nothing about the verdict: some
// mutants are still right, and the kernel decides.
import type { Random } from "./random.ts";
import { type Found, type Program, print, replaceAt, type Statement, walk } from "./tree.ts";

export interface Mutation {
  readonly name: string;
  /** Undefined where the program has no place for it. */
  apply(program: Program, random: Random): Program | undefined;
}

export const mutations: readonly Mutation[] = [
  at("drop-release", isRelease, () => []),
  at("double-release", isRelease, (s) => [s, s]),
  at("conditional-release", isRelease, (s) => [{ kind: "if", role: "plain", condition: "wanted", body: [s] }]),
  at("drop-null-check", isNullCheck, (s) => (s.kind === "if" && !s.condition.startsWith("!") ? s.body : [])),
  at("invert-null-check", isNullCheck, (s) => (s.kind === "if" ? [{ ...s, condition: negated(s.condition) }] : [s])),
  at("use-after-release", isReleaseLine, (s, random) => [s, useOf(s, random)]),
  at("overwrite", hasAgain, (s) => [plain(s.about!.again!), s]),
  at("release-argument", isAnything, (s, random, program) => [releaseOfArgument(program, random), s], hasArgument),
  at("early-exit", isAnything, (s, random) => [
    { kind: "if", role: "exit", condition: random.pick(["again", "sum > limit"]), body: [plain("return 0;")] },
    s,
  ]),
  at("drop-region-end", hasRole("region-end"), () => []),
  at("double-region-end", hasRole("region-end"), (s) => [s, s]),
  at("drop-region-begin", hasRole("region-begin"), (s) => (s.kind === "if" ? s.body : [])),
  at("drop-destroy", hasRole("iterator-destroy"), () => []),
  at("double-destroy", hasRole("iterator-destroy"), (s) => [s, s]),
  at("sleepable-call", isAnything, (s) => [plain("bpf_copy_from_user(&sum, sizeof(sum), NULL);"), s], isSleepable),
  { name: "move-up", apply: moveUp },
];

type Test = (statement: Statement) => boolean;
type WithAbout = Extract<Statement, { kind: "line" | "if" }>;

function at(
  name: string,
  wanted: Test,
  by: (statement: WithAbout, random: Random, program: Program) => readonly Statement[],
  programFits: (program: Program) => boolean = () => true,
): Mutation {
  return {
    name,
    apply(program, random) {
      if (!programFits(program)) return undefined;
      const places = walk(program.body).filter((found) => wanted(found.statement));
      if (places.length === 0) return undefined;
      const { place } = random.pick(places);
      return { ...program, body: replaceAt(program.body, place, (s) => by(s as WithAbout, random, program)) };
    },
  };
}

function hasRole(role: string): Test {
  return (statement) => (statement.kind === "line" || statement.kind === "if") && statement.role === role;
}

function isRelease(statement: Statement): boolean {
  return hasRole("release")(statement);
}

function isReleaseLine(statement: Statement): boolean {
  return statement.kind === "line" && statement.role === "release" && statement.about!.uses.length > 0;
}

function isNullCheck(statement: Statement): boolean {
  return statement.kind === "if" && statement.role === "null-check";
}

function hasAgain(statement: Statement): boolean {
  return statement.kind === "line" && statement.role === "release" && statement.about?.again !== undefined;
}

/** A place where a statement may be put before. */
function isAnything(statement: Statement): boolean {
  return statement.kind === "line" || statement.kind === "if";
}

function hasArgument({ section }: Program): boolean {
  return section.arguments.task !== undefined || section.arguments.cgroup !== undefined;
}

function isSleepable({ section }: Program): boolean {
  return section.sleepable;
}

function negated(condition: string): string {
  return condition.startsWith("!") ? condition.slice(1) : `!${condition}`;
}

function useOf(statement: WithAbout, random: Random): Statement {
  return { kind: "line", role: "use", text: random.pick(statement.about!.uses) };
}

function releaseOfArgument({ section }: Program, _random: Random): Statement {
  const { task, cgroup } = section.arguments;
  return plain(task === undefined ? `bpf_cgroup_release(${cgroup});` : `bpf_task_release(${task});`);
}

function plain(text: string): Statement {
  return { kind: "line", role: "plain", text };
}

/** A release or the end of a region one statement earlier. */
function moveUp(program: Program, random: Random): Program | undefined {
  const movable = (found: Found) =>
    (found.place.at(-1) ?? 0) > 0 && (isRelease(found.statement) || hasRole("region-end")(found.statement));
  const places = walk(program.body).filter(movable);
  if (places.length === 0) return undefined;
  const { place, statement } = random.pick(places);
  const before = [...place.slice(0, -1), place.at(-1)! - 1];
  const without = replaceAt(program.body, place, () => []);
  const moved = { ...program, body: replaceAt(without, before, (s) => [statement, s]) };
  // Past a statement of the same text nothing changes.
  return print(moved) === print(program) ? undefined : moved;
}
