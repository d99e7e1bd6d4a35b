// goto, labels and the scopes a jump leaves and enters. Labels may stand below, so
// jumps are settled when the whole body has been read.
import type { At } from "../syntax/ast.ts";
import type { Builder, Label, LexicalScope, PendingGoto, ScopePoint } from "./builder.ts";
import type { DraftBlock } from "./draft.ts";

export function defineLabel(builder: Builder, name: string, at: At): void {
  const block = builder.draft.block(at);
  builder.draft.enter(block, at);
  builder.labels.push({ name, block, point: builder.point });
}

export function jumpToLabel(builder: Builder, label: string, at: At): void {
  const { draft } = builder;
  builder.gotos.push({ from: draft.current, label, point: builder.point, at });
  draft.resume(draft.block(at));
}

/** A block that jumps to a label, for one of several ways out (asm goto). */
export function blockToLabel(builder: Builder, label: string, at: At): DraftBlock {
  const from = builder.draft.block(at);
  builder.gotos.push({ from, label, point: builder.point, at });
  return from;
}

/** Settles all gotos of the function. */
export function settleJumps(builder: Builder): void {
  const { draft } = builder;
  for (const { from, at } of builder.computedGotos) {
    const targets = [...new Set(builder.labels.map((label) => label.block.id))];
    from.terminator ??= targets.length === 0 ? { kind: "unreachable", at } : { kind: "any", targets, at };
  }
  for (const pending of builder.gotos) {
    const label = findLabel(builder.labels, pending);
    draft.resume(pending.from);
    if (label === undefined) {
      draft.problem(`no label ${pending.label}`, pending.at);
      draft.close({ kind: "unreachable", at: pending.at });
    } else {
      jump(builder, pending, label);
    }
  }
}

/** Local labels of a macro used twice share a name: the one nearest around the goto is meant. */
function findLabel(labels: readonly Label[], { label, point }: PendingGoto): Label | undefined {
  let best: Label | undefined;
  let bestDepth = -1;
  for (const candidate of labels) {
    if (candidate.name !== label) continue;
    const { depth } = commonScope(candidate.point.scope, point.scope);
    if (depth > bestDepth) [best, bestDepth] = [candidate, depth];
  }
  return best;
}

function jump(builder: Builder, { from, point, at }: PendingGoto, label: Label): void {
  const { draft } = builder;
  const common = commonScope(point.scope, label.point.scope);
  draft.resume(from);
  for (let scope = point.scope; scope !== common; scope = scope.parent!) {
    builder.endVariables(scope, 0, at, liveAt(scope, point));
  }
  // A jump back over a declaration ends the variable, to be declared again.
  builder.endVariables(common, liveAt(common, label.point), at, liveAt(common, point));
  const entered = enterScopes(builder, { scope: common, live: liveAt(common, point) }, label.point, label.block, at);
  draft.goto(entered, at);
}

/** How many variables of `scope` live at a point in it or inside it. */
function liveAt(scope: LexicalScope, point: ScopePoint): number {
  let inner: LexicalScope | undefined = point.scope;
  if (inner === scope) return point.live;
  while (inner?.parent !== undefined && inner.parent !== scope) inner = inner.parent;
  return inner?.outerLive ?? scope.variables.length;
}

/** The block itself, or one before it that declares the variables a jump from outside brings to life. */
export function enterScopes(builder: Builder, from: ScopePoint, to: ScopePoint, block: DraftBlock, at: At): DraftBlock {
  const entered = [];
  for (let scope: LexicalScope | undefined = to.scope; scope !== undefined; scope = scope.parent) {
    const first = scope === from.scope ? from.live : 0;
    entered.unshift(...scope.variables.slice(first, liveAt(scope, to)));
    if (scope === from.scope) break;
  }
  if (entered.length === 0) return block;
  const entry = builder.draft.block(at);
  for (const { local } of entered) entry.instructions.push({ kind: "declare", local, at });
  entry.terminator = { kind: "goto", target: block.id, at };
  return entry;
}

function commonScope(a: LexicalScope, b: LexicalScope): LexicalScope {
  let [x, y] = [a, b];
  while (x !== y) {
    if (x.depth >= y.depth && x.parent !== undefined) x = x.parent;
    else if (y.parent !== undefined) y = y.parent;
    else return x;
  }
  return x;
}
