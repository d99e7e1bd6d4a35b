// Figures that may only improve. Counts of what is wrong are kept and not shares: when a point
// release changes a program, its fact drops out of every count and no figure gets worse by it.
import { type Scoreboard, sumOf } from "./score.ts";

export interface Figures {
  readonly falsePositives: number;
  readonly exceptions: number;
  readonly coreMisses: number;
  /** Core hits without a rule whose pattern matches the kernel's message. */
  readonly coreWithoutPattern: number;
  readonly visibleMisses: number;
  readonly visibleWithoutPattern: number;
  readonly helperMisses: number;
  /** Hits whose marked line is neither the finding's own nor among its first related lines. */
  readonly linesElsewhere: number;
  readonly notAnalyzed: number;
  readonly warned: number;
}

export interface MutantFigures {
  readonly mutantMisses: number;
  readonly mutantFalsePositives: number;
}

/** By kernel and mode, such as "6.12", "7.2 with vmlinux.h", "7.2 mutants". */
export type Ratchet = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Fewer facts than this share matching the sources means the wrong sources. */
export const leastMatchingShare = 0.95;

export function figuresOf(board: Scoreboard): Figures {
  const core = sumOf(board.core);
  const visible = sumOf(board.visible);
  const helpers = sumOf(board.helpers);
  return {
    falsePositives: board.falsePositives.length,
    exceptions: board.exceptions.length,
    coreMisses: core.misses.length,
    coreWithoutPattern: core.hits.filter((hit) => !hit.patternMatches).length,
    visibleMisses: visible.misses.length,
    visibleWithoutPattern: visible.hits.filter((hit) => !hit.patternMatches).length,
    helperMisses: helpers.misses.length,
    linesElsewhere: [...core.hits, ...visible.hits, ...helpers.hits].filter((hit) => hit.place === "elsewhere").length,
    notAnalyzed: board.notAnalyzed.length,
    warned: board.warned.length,
  };
}

/** Found and total by group and class, of every kernel and mode. */
export type ClassTable = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Found>>>>>>;
export type Found = readonly [found: number, total: number];

export function classesOf(board: Scoreboard): ClassTable[string] {
  const found = (table: Scoreboard["core"]) =>
    Object.fromEntries(
      Object.entries(table).map(([name, { hits, total }]): [string, Found] => [name, [hits.length, total]]),
    );
  return { core: found(board.core), visible: found(board.visible), helpers: found(board.helpers) };
}

export interface RatchetVerdict {
  readonly failures: readonly string[];
  readonly improved: readonly string[];
}

export function compare(
  now: Readonly<Record<string, number>>,
  stored: Readonly<Record<string, number>> | undefined,
): RatchetVerdict {
  const failures: string[] = [];
  const improved: string[] = [];
  if (stored === undefined) return { failures: ["no figures are stored yet: run once with --update"], improved };
  for (const [name, value] of Object.entries(now)) {
    const before = stored[name] ?? 0;
    if (value > before) failures.push(`${name}: ${value}, was ${before}`);
    else if (value < before) improved.push(`${name}: ${value}, was ${before}`);
  }
  return { failures, improved };
}

/** What fails whatever is stored. */
export function absoluteFailures(board: Scoreboard): readonly string[] {
  const failures: string[] = [];
  if (board.falsePositives.length > 0) failures.push(`${board.falsePositives.length} accepted programs are flagged`);
  const share = board.facts.total === 0 ? 0 : board.facts.counted / board.facts.total;
  if (share < leastMatchingShare) {
    failures.push(`only ${(share * 100).toFixed(1)} % of the verdict facts match these sources`);
  }
  return failures;
}
