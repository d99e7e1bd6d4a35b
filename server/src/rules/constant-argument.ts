// The verifier must know the number that is passed, and it comes from memory or a call.
import { defineBreachRule, named } from "./breach-rule.ts";

export const constantArgument = defineBreachRule(
  {
    code: "constant-argument",
    title: "Argument must be a constant",
    severity: "error",
    category: "Call Type Safety",
    verifier: [
      "(?:R\\d+|\\*\\(R11-\\d+\\)) must be a known constant",
      "(?:R\\d+|\\*\\(R11-\\d+\\)) is not a (?:const|known constant')",
      "bpf_percpu_obj_new type ID argument must be of a struct of scalars",
      "bpf_percpu_obj_new type ID argument must not contain special fields",
      "bpf_percpu_obj_new type size \\(\\d+\\) is greater than \\d+",
    ],
  },
  {
    constant: (breach) =>
      `${named(breach, "this value")} is only known at run time, but ${breach.callee}() needs a constant for \`${breach.param}\`; write a literal, sizeof() or an enumerator`,
    size: (breach) =>
      `${named(breach, "this size")} is only known at run time, but ${breach.callee}() needs a constant size, which also bounds the memory it returns; write a literal or sizeof(), or test for each size in a branch of its own`,
    "percpu-type": (breach) => `struct ${breach.words["struct"]} cannot be a per-CPU object: ${breach.words["reason"]}`,
  },
);
