// A struct_ops program breaks what its member promises the kernel.
import { defineBreachRule } from "./breach-rule.ts";

export const structOpsMisuse = defineBreachRule(
  {
    code: "struct-ops-misuse",
    title: "struct_ops program does not keep what its member promises",
    severity: "error",
    category: "Register Type Safety",
    verifier: [
      "program with __ref argument cannot tail call",
      "At program exit the register R0 is not a known value \\(.+\\)",
      "At program exit the register R0 has .+ should have been in \\[-?\\d+, -?\\d+\\]",
      "dereference of modified .+ ptr R0 off=-?\\d+ disallowed",
    ],
  },
  {
    "tail-call": (breach) =>
      `the kernel hands ${breach.words["member"]}() an object to own, and a program that owns one from the start cannot tail call, not even after releasing it; call a function instead`,
    "returns-number": (breach) =>
      `${breach.words["member"]}() returns a struct ${breach.words["struct"]} that the program owns, or NULL; a number is neither`,
    "returns-local": (breach) =>
      `${breach.words["member"]}() returns a struct ${breach.words["struct"]} of the kernel; an object of the program's own cannot stand for it`,
    "returns-type": (breach) =>
      `${breach.words["member"]}() returns a struct ${breach.words["struct"]}, but this is a struct ${breach.words["has"]}; a cast does not change what the kernel sees`,
    "returns-unowned": (breach) =>
      `${breach.words["member"]}() gives the kernel a reference, but the program does not own this struct ${breach.words["struct"]}; acquire one first`,
  },
);
