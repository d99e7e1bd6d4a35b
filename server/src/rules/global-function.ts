// A global function is declared as the kernel does not take it, or called with what it does not take.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, named } from "./breach-rule.ts";

export const globalFunction = defineBreachRule(
  {
    code: "global-function",
    title: "Global function whose declaration, or argument, the kernel does not accept",
    severity: "error",
    category: "Call Type Safety",
    verifier: [
      "Caller passes invalid args into func#\\d+ \\('.+'\\)",
      "R\\d+ type=.+ expected=.+",
      "Expected an initialized dynptr as R\\d+",
      "Global function .+\\(\\) return value not void or scalar. Only those are supported.",
      "Global function .+\\(\\) doesn't return scalar. Only those are supported.",
      "arg#\\d+ reference type\\('.+'\\) has no matches",
      "arg#\\d+ reference type\\('.+'\\) size cannot be determined: .+",
      "Arg#\\d+ type .+ in .+\\(\\) is not supported yet.",
    ],
  },
  {
    "returns-pointer": (breach) =>
      `${fn(breach)} is global and returns a pointer, which the verifier does not follow; make it static`,
    "returns-struct": (breach) => `${fn(breach)} is global and returns a struct; return an integer, or make it static`,
    "returns-void": (breach) => `${fn(breach)} is global and returns nothing; return an integer, or make it static`,
    "struct-param": (breach) =>
      `parameter ${breach.words["param"]} of global ${fn(breach)} is a struct; pass its address, or make the function static`,
    "own-type": (breach) =>
      `parameter ${breach.words["param"]} of global ${fn(breach)} is tagged as a kernel object, but the kernel has no struct of this name; use the kernel's type, or no tag`,
    "void-param": (breach) =>
      `parameter ${breach.words["param"]} of global ${fn(breach)} is a void pointer, whose size is not known; give it a type, a tag such as __arg_ctx, or make the function static`,
    "not-scalar": (breach) =>
      `${named(breach)} is ${breach.words["is"]}, but parameter ${breach.param} of global ${fn(breach)} is a number`,
    "not-context": (breach) =>
      `${named(breach)} is ${breach.words["is"]}, but parameter ${breach.param} of global ${fn(breach)} is the program's context`,
    "not-dynptr": (breach) =>
      `${named(breach)} is not a dynptr, which parameter ${breach.param} of global ${fn(breach)} must be`,
    "no-dynptr": (breach) =>
      `dynptr ${named(breach)} does not exist on this path when it is passed to global ${fn(breach)}; make it first`,
    "beside-dynptr": (breach) => `${named(breach)} points beside the dynptr; pass the dynptr itself to ${fn(breach)}`,
    "not-object": (breach) =>
      `${named(breach)} is ${breach.words["is"]}, but parameter ${breach.param} of global ${fn(breach)} is a trusted kernel object`,
    untrusted: (breach) =>
      `${named(breach)} is an untrusted pointer, but parameter ${breach.param} of global ${fn(breach)} is tagged __arg_trusted; acquire the object, or tag it __arg_untrusted`,
    "other-type": (breach) =>
      `${named(breach)} is a struct ${breach.words["has"]}, but parameter ${breach.param} of global ${fn(breach)} is a struct ${breach.words["struct"]}`,
    "object-to-memory": (breach) =>
      `${named(breach)} is a kernel object, but parameter ${breach.param} of global ${fn(breach)} is memory to the verifier; tag it __arg_trusted, or make the function static`,
    "number-to-memory": (breach) =>
      `${named(breach)} is a number, but parameter ${breach.param} of global ${fn(breach)} is memory`,
  },
);

function fn(breach: Breach): string {
  return `${breach.callee}()`;
}
