// Something is wrong with an exception: where it is thrown, with what, or who handles it.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule } from "./breach-rule.ts";

export const exceptionMisuse = defineBreachRule(
  {
    code: "exception-misuse",
    title: "Exception that cannot be thrown or handled so",
    severity: "error",
    category: "Execution Context Safety",
    verifier: [
      "bpf_throw kfunc \\(insn \\d+\\) cannot be called from callback subprog \\d+",
      "insn \\d+ cannot call exception cb directly",
      "cannot tail call within exception cb",
      "exception cb cannot return void",
      "exception cb only supports single integer argument",
      "multiple exception callback tags for main subprog",
      "exception callback '.+' could not be found in BTF",
      "exception callback '.+' must have global linkage",
      "exception callback type id not found in func_info",
      "Global function .+\\(\\) return value not void or scalar. Only those are supported.",
      "Global function .+\\(\\) doesn't return scalar. Only those are supported.",
      "At program exit the register R[01] has .+ should have been in \\[.+\\]",
    ],
  },
  {
    several: (breach) => `this program names ${breach.words["names"]}() as exception callbacks; it may have one only`,
    static: (breach) => `exception callback ${callback(breach)} is static; make it global, for example with __noinline`,
    "no-body": (breach) => `exception callback ${callback(breach)} has no body here; define it in this program`,
    "returns-void": (breach) =>
      `exception callback ${callback(breach)} returns nothing; it must return an integer, which the program then returns`,
    "returns-other": (breach) =>
      `exception callback ${callback(breach)} must return an integer, which the program then returns`,
    parameters: (breach) =>
      `exception callback ${callback(breach)} must have exactly one integer parameter, the cookie`,
    called: (breach) =>
      `${callback(breach)} is this program's exception callback and cannot be called; call a function that both share`,
    "in-callback": (breach) =>
      `${callback(breach)} cannot be called in a callback; return from the callback and throw after the call that runs it`,
    cookie: (breach) =>
      `${callback(breach)} makes this program return ${breach.words["value"]}, but it may only return ${breach.words["range"]}; throw that, or name an exception callback`,
    "handler-result": (breach) =>
      `exception callback ${callback(breach)} may return ${breach.words["value"] === "" ? "anything" : breach.words["value"]} here, but the program may only return ${breach.words["range"]}`,
    "tail-call": (breach) => `${callback(breach)} cannot be called in an exception callback`,
  },
);

function callback(breach: Breach): string {
  return `${breach.callee}()`;
}
