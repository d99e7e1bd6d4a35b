// Slices to write to are only for programs whose type may write to packets.
import type { Call } from "./arguments.ts";
import type { Root } from "./machine.ts";
import { report } from "./report.ts";
import type { State } from "./state.ts";

const writers: ReadonlySet<string> = new Set([
  "SCHED_CLS",
  "SCHED_ACT",
  "XDP",
  "LWT_XMIT",
  "SK_SKB",
  "SK_MSG",
  "CGROUP_SOCKOPT",
]);

/** undefined: the program's type is not known, or is that of the program it replaces. */
export function mayWritePackets({ section }: Root): boolean | undefined {
  return section === undefined || section.programType === "EXT" ? undefined : writers.has(section.programType);
}

export function checkPacketWriter(call: Call, state: State): void {
  const { effect, machine, site } = call;
  if (effect.packetWriters !== true || mayWritePackets(machine.root) !== false) return;
  report.breach(machine, state, { rule: "dynptr-misuse", why: "no-packet-write", site, callee: effect.name });
}
