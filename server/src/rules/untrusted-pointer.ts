// A call wants an object that the kernel vouches for, and gets a pointer that merely points somewhere.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule, named } from "./breach-rule.ts";

export const untrustedPointer = defineBreachRule(
  {
    code: "untrusted-pointer",
    title: "Pointer is not trusted enough for the call",
    severity: "error",
    category: "Call Type Safety",
    verifier: [
      "(?:R\\d+|\\*\\(R11-\\d+\\)) must be referenced or trusted",
      "(?:R\\d+|\\*\\(R11-\\d+\\)) must be a rcu pointer",
      "R\\d+ must be referenced",
      "dereference of modified untrusted_ptr_ ptr R\\d+ off=-?\\d+ disallowed",
      "R\\d+ type=untrusted_ptr_ expected=.+",
      "R\\d+ type=rcu_ptr_ expected=.+",
      "(?:arg#\\d+|R\\d+|\\*\\(R11-\\d+\\)) is .+ expected .+ or socket",
    ],
  },
  {
    member: (breach) =>
      `${named(breach)} was read from another object, which does not keep it alive; ${callee(breach)} needs ${wanted(breach)}: get one from a call that returns it, or acquire a reference`,
    argument: (breach) =>
      `${named(breach)} is an argument of a function the program only traces, so the kernel does not vouch for it; ${callee(breach)} needs ${wanted(breach)}: use a hook with trusted arguments (tp_btf, LSM, struct_ops, iterators) or look the object up`,
    kptr: (breach) =>
      `${named(breach)} was read from a kptr outside of an RCU section, where another CPU may free it; read it between bpf_rcu_read_lock() and bpf_rcu_read_unlock(), or take it out with bpf_kptr_xchg()`,
    expired: (breach) =>
      `${named(breach)} was only protected by an RCU section that has ended; call ${callee(breach)} before the section ends, or acquire a reference inside it`,
    "only-rcu": (breach) =>
      `${named(breach)} is protected by RCU only; ${callee(breach)} needs an object that is trusted or that the program holds a reference to: acquire one first`,
    unvouched: (breach) =>
      `${named(breach)}${origin(breach)} may be read, but the kernel does not vouch for it; ${callee(breach)} needs ${wanted(breach)}: acquire a reference, or get the object from a call that returns a trusted one`,
  },
);

function callee(breach: Breach): string {
  return `${breach.callee}()`;
}

function wanted(breach: Breach): string {
  return breach.words["wants"] === "rcu" ? "an object that is trusted, owned or protected by RCU" : "a trusted object";
}

function origin(breach: Breach): string {
  return breach.words["from"] === "" ? "" : ` from ${breach.words["from"]}()`;
}
