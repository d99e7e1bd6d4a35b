// An argument is another kind of thing than the call takes.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, named } from "./breach-rule.ts";

export const wrongArgumentType = defineBreachRule(
  {
    code: "wrong-argument-type",
    title: "Argument is not what the call takes",
    severity: "error",
    category: "Call Type Safety",
    verifier: [
      "kernel function .+ (?:args#\\d+|R\\d+|\\*\\(R11-\\d+\\)) expected pointer to .+ but .+ has a pointer to .+",
      "kernel function .+ (?:args#\\d+|R\\d+|\\*\\(R11-\\d+\\)) pointer type .+ is not supported",
      "(?:arg#\\d+|R\\d+|\\*\\(R11-\\d+\\)) pointer type .+ must point to .*scalar, or struct with scalar",
      "(?:arg#\\d+|R\\d+|\\*\\(R11-\\d+\\)) is .+ expected .+ or socket",
      "(?:R\\d+|\\*\\(R11-\\d+\\)) is .+ expected STRUCT .+",
      "R\\d+ type=.+ expected=.+",
      "R\\d+ is neither owning or non-owning ref",
      "dereference of modified ptr_ ptr R\\d+ off=-?\\d+ disallowed",
      "R\\d+ min value is outside of the allowed memory range",
      "(?:R\\d+ and R\\d+|arg#\\d+ arg#\\d+) memory, len pair leads to invalid memory access",
      "(?:R\\d+|\\*\\(R11-\\d+\\)) is not a scalar",
      "pointer in R\\d+ isn't map pointer",
      "(?:bpf_task_work|workqueue|timer) pointer in R\\d+ map_uid=\\d+ doesn't match map pointer in R\\d+ map_uid=\\d+",
      "(?:arg#\\d+|R\\d+|\\*\\(R11-\\d+\\)) doesn't point to a map value",
      "(?:arg#\\d+|R\\d+|\\*\\(R11-\\d+\\)) doesn't point to a const string",
      "R\\d+ does not point to a readonly map'",
      "R\\d+ doesn't have constant offset\\. .+ has to be at the constant offset",
      "(?:arg#\\d+|R\\d+|\\*\\(R11-\\d+\\)) expected pointer to func",
    ],
  },
  {
    struct: (breach) =>
      `${named(breach)} points to a struct ${word(breach, "has")}, but ${callee(breach)} takes a struct ${word(breach, "struct")}; a cast does not change what the kernel sees`,
    "not-object": (breach) =>
      `${named(breach)} is ${word(breach, "is")}, but ${callee(breach)} takes a ${object(breach)} of the kernel; pass a pointer that a hook, a kfunc or a helper gave the program`,
    number: (breach) =>
      `${named(breach)} is a number to the kernel, but ${callee(breach)} takes a pointer${param(breach)}; pointers that went through ordinary memory or arithmetic are numbers`,
    "not-scalar": (breach) =>
      `${named(breach)} is ${word(breach, "is")}, but ${callee(breach)} takes a number${param(breach)}`,
    "not-memory": (breach) =>
      `${named(breach)} is ${word(breach, "is")}, but ${callee(breach)} takes memory of the program${param(breach)}; copy what is needed into a buffer first`,
    "untrusted-memory": (breach) =>
      `${named(breach)} is memory that the kernel only lets the program read; ${callee(breach)} cannot work on it: copy what is needed into a buffer first`,
    "not-local": (breach) =>
      `${named(breach)} is ${word(breach, "is")}, but ${callee(breach)} takes an object of the program, from bpf_obj_new() or a collection`,
    inside: (breach) =>
      `${named(breach)} points inside its object, but ${callee(breach)} takes the object itself; use container_of()`,
    "not-map": (breach) =>
      `${named(breach)} is ${word(breach, "is")}, but ${callee(breach)} takes a map; pass the address of a map that the program declares`,
    "other-map": (breach) =>
      `${named(breach)} is not the map in which the field passed to ${callee(breach)} lies; pass the map in which its value was looked up`,
    "not-in-map": (breach) =>
      `${named(breach)} is ${word(breach, "is")}, but ${callee(breach)} works on a field of a map value only; look the value up and pass the address of its field`,
    "variable-offset": (breach) =>
      `${named(breach)} is at an offset that is only known at run time; ${callee(breach)} wants the field at a constant offset of its map value`,
    "not-constant-string": (breach) =>
      `${named(breach)} is ${word(breach, "is")}, but ${callee(breach)} takes a constant string; pass a literal or a \`const\` array outside of functions`,
    "writable-string": (breach) =>
      `${named(breach)} can be written to, but ${callee(breach)} takes a constant string; declare it \`const\``,
    callback: (breach) =>
      `${named(breach)} is ${word(breach, "is")}, but ${callee(breach)} takes a function of the program`,
  },
);

function callee(breach: Breach): string {
  return `${breach.callee}()`;
}

function word(breach: Breach, name: string): string {
  return breach.words[name] ?? "";
}

function object(breach: Breach): string {
  const struct = word(breach, "struct");
  return struct === "" ? "object" : `struct ${struct}`;
}

function param(breach: Breach): string {
  return breach.param === undefined || breach.param === "" ? "" : ` (parameter ${breach.param})`;
}
