// Judges the kernel functions that a program calls: may this program call them? The machine reports which calls are
// reached, so dead code is not judged, and a function shared by several programs is judged for each of them.
import type { Caller, KernelEffects, Refusal } from "../registry/effect.ts";
import type { Breach, ReachedCall } from "../verifier/finding.ts";

/** Other calls refused for the same reason are named beside the first, so many of them. */
const maxRelated = 3;

/** Calls that the program may not make, one finding for all that the same programs may call. */
export function refusedCalls(
  effects: KernelEffects,
  calls: readonly ReachedCall[],
  caller: Caller,
  section: string,
): readonly Breach[] {
  const groups = new Map<string, { refusal: Refusal; calls: ReachedCall[] }>();
  for (const call of calls) {
    if (call.guarded) continue;
    const refusal = effects.refusal(call.callee, caller, call.frees !== undefined);
    if (refusal === undefined) continue;
    const key = `${refusal.why} ${refusal.who.join()}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { refusal, calls: [call] });
    else group.calls.push(call);
  }
  return [...groups.values()].map(({ refusal, calls: [first, ...others] }) => ({
    kind: "breach",
    rule: "kfunc-not-allowed",
    why: refusal.why,
    site: first!.site,
    callee: first!.callee,
    param: undefined,
    text: "",
    words: {
      place: placeOf(caller, refusal, section),
      who: refusal.who.join(", "),
      kernel: effects.kernel,
      member: first!.frees ?? "",
    },
    subject: undefined,
    related: others
      .slice(0, maxRelated)
      .map(({ site, callee }) => ({ site, message: `${callee}() may not be called either` })),
    trace: undefined,
  }));
}

function placeOf({ structOps }: Caller, { why }: Refusal, section: string): string {
  if (why === "place" && structOps !== undefined) return `${structOps.struct}.${structOps.member}`;
  return section.replace(/^\?/, "");
}
