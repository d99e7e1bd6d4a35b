// What a program of a type may return, where its type alone decides. An exception
// that nobody catches returns its cookie, so the same holds for that.
import type { Root } from "./machine.ts";
import type { Range } from "./symbols.ts";

const zeroOnly: Range = { low: 0, high: 0 };
const zeroOrOne: Range = { low: 0, high: 1 };

/** undefined: anything goes, or what goes is not for the type to say. */
export function returnRange({ section }: Root): Range | undefined {
  switch (section?.programType) {
    case "TRACING":
      return tracing[section.attachType];
    case "CGROUP_SOCK":
    case "CGROUP_DEVICE":
    case "CGROUP_SYSCTL":
    case "CGROUP_SOCKOPT":
    case "SOCK_OPS":
    case "SK_LOOKUP":
    case "NETFILTER":
      return zeroOrOne;
    default:
      return undefined;
  }
}

const tracing: Readonly<Record<string, Range>> = {
  BPF_TRACE_FENTRY: zeroOnly,
  BPF_TRACE_FEXIT: zeroOnly,
  BPF_TRACE_FSESSION: zeroOnly,
  BPF_TRACE_ITER: zeroOrOne,
};
