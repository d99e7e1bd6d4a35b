// A BPF spin lock is taken or released in a way that the verifier does not follow.
import { defineBreachRule, named } from "./breach-rule.ts";

export const lockMisuse = defineBreachRule(
  {
    code: "lock-misuse",
    title: "Spin lock is not taken and released in pairs",
    severity: "error",
    category: "Resource Lifetime Safety",
    verifier: [
      "bpf_(?:res_)?spin_unlock without taking a lock",
      "bpf_(?:res_)?spin_unlock of different lock",
      "bpf_(?:res_)?spin_unlock cannot be out of order",
      "Acquiring the same lock again, AA deadlock detected",
      "bpf_spin_unlock is missing",
      "function calls are not allowed while holding a lock",
      ".+ cannot be used inside bpf_spin_lock-ed region",
      "can't (?:res_)?spin_\\{lock,unlock\\} in rbtree cb",
      "off -?\\d+ doesn't point to 'struct bpf_(?:res_)?spin_lock' that is at -?\\d+",
      "(?:R\\d+|\\*\\(R11-\\d+\\)) doesn't have constant offset\\. bpf_(?:res_)?spin_lock has to be at the constant offset",
      "(?:R\\d+|\\*\\(R11-\\d+\\)) doesn't point to map value or allocated object",
      "(?:map|local) '.*' has no valid bpf_(?:res_)?spin_lock",
      "R\\d+ type=.+ expected=map_value, ptr_",
    ],
  },
  {
    "not-held": (breach) =>
      `${named(breach, "the lock")} is not held here; unlock it only on paths that have locked it`,
    "not-held-res": (breach) =>
      `${named(breach, "the lock")} may not be held here; taking it can fail, so unlock it only where the result of the lock call was 0`,
    different: (breach) =>
      `${named(breach, "this lock")} is not the lock that is held${held(breach.words["lock"])}; unlock through the pointer that was locked: every lookup counts as another lock, even with the same key`,
    "needs-plain": (breach) =>
      `${named(breach, "this lock")} was taken without saving interrupts; release it with the plain unlock`,
    "needs-irqrestore": (breach) =>
      `${named(breach, "this lock")} was taken by another kind of lock call; release it with the unlock call that belongs to that one`,
    order: (breach) =>
      `${named(breach, "this lock")} is released while a lock taken later${held(breach.words["lock"])} is still held; release them in reverse order`,
    again: (breach) => `${named(breach, "this lock")} is held already; taking it again would deadlock`,
    "not-released": (breach) =>
      `\`${breach.words["lock"]}\` is still locked on a path that leaves the program or locks again; unlock it before`,
    stack: (breach) =>
      `${named(breach, "this lock")} is a variable of the program; a lock lives in a map value, an object or a global`,
    "kernel-object": (breach) =>
      `${named(breach, "this lock")} lies in an object of the kernel or one that the program does not own; a lock lives in a map value, an owned object or a global`,
    memory: (breach) =>
      `${named(breach, "this lock")} is not in a map value or an object, so it cannot be locked; pass what the lookup returned itself, not through a global function or a copy`,
    variable: (breach) =>
      `${named(breach, "this lock")} is at an offset that the program computes; the verifier must know which lock it is`,
    "not-a-lock": (breach) => `${named(breach, "this pointer")} does not point to a lock`,
    comparison: (breach) =>
      `${breach.callee}() is called in the comparison of a tree, which runs under the tree's lock and may not touch any lock; move it out`,
  },
);

function held(lock: string | undefined): string {
  return lock === undefined || lock === "" ? "" : ` (\`${lock}\`)`;
}
