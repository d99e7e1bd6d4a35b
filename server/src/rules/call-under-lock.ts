// A call that the verifier does not accept between lock and unlock.
import type { Breach } from "../verifier/finding.ts";
import { defineBreachRule } from "./breach-rule.ts";

export const callUnderLock = defineBreachRule(
  {
    code: "call-under-lock",
    title: "Call is not allowed while a spin lock is held",
    severity: "error",
    category: "Execution Context Safety",
    verifier: ["function calls are not allowed while holding a lock", "use static function instead"],
  },
  {
    call: (breach) =>
      `${breach.callee}() may not be called while ${lock(breach)} is held; move the call out of the locked part`,
    second: (breach) =>
      `${breach.callee}() may not be called while ${lock(breach)} is held: only one bpf_spin_lock at a time; unlock the first one before`,
    global: (breach) =>
      `${breach.callee}() is a global function and may not be called while ${lock(breach)} is held; make it static, or call it after the unlock`,
    static: (breach) =>
      `this kernel accepts no call of ${breach.callee}() while ${lock(breach)} is held; make it always_inline, or call it after the unlock`,
    callback: (breach) =>
      `the callback of ${breach.callee}() returns with ${lock(breach)} held, and the next turn would be a call under the lock; unlock before the callback returns`,
  },
);

function lock(breach: Breach): string {
  const name = breach.words["lock"];
  return name === undefined || name === "" ? "a spin lock" : `\`${name}\``;
}
