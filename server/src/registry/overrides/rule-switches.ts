// Which kernel has which rule.
import type { KernelRules } from "../effect.ts";

/** When each switch of KernelRules turns on: the first kernel series for which it holds; undefined: never yet. */
export const ruleSwitches: Readonly<Record<keyof KernelRules, { readonly from: string; readonly why: string }>> = {
  trustByDefault: { from: "7.0", why: "KF_TRUSTED_ARGS went away; every kfunc checks its pointer arguments." },
  callbacksReplayed: { from: "6.14", why: "A callback no longer keeps its own list of references." },
  constantKeyLookupNonNull: { from: "6.16", why: "A constant key within an array map cannot miss." },
  structOpsReturnsOwned: { from: "6.15", why: "Came with queueing disciplines written in BPF." },
  childReferences: { from: "7.2", why: "References got a parent with file dynptrs." },
  contextIsNoMemory: {
    from: "7.0",
    why: "Before, programs whose context needs no rewriting could pass it as memory as well.",
  },
  walksLoseTrust: { from: "6.4", why: "Before, a walked pointer was as good as any other to most calls." },
  dynptrsAreReferences: {
    from: "7.2",
    why: "What a dynptr owns became a reference of its own, parent of its clones and slices.",
  },
  implicitRcu: { from: "6.4", why: "A program that cannot sleep runs inside an RCU section." },
  tailCallReturns: {
    from: "7.0",
    why: "A tail call that is taken counts as a return to the caller, not as one more helper that moves packets.",
  },
  globalsByContext: { from: "7.3", why: "Callbacks that may sleep share global functions with programs that may not." },
  unlockEndsRcu: { from: "7.2", why: "An unlock in a program that may sleep takes RCU pointers with it." },
  regionsAreRcu: {
    from: "7.3",
    why: "One question for what keeps RCU pointers good: sections, locks, no preemption, no interrupts, no sleep.",
  },
  argumentTags: { from: "6.9", why: "Tags for trusted objects, nullness and context came in one series." },
  globalsReturnVoid: { from: "7.0", why: "Before, a global function had to return a number." },
  globalThrowChecked: { from: "7.2", why: "A call of a global function that may throw counts as a throw." },
  locksInSleepable: { from: "6.2", why: "A program that may sleep cannot sleep while it holds a lock." },
  staticCallsUnderLock: { from: "6.9", why: "Static functions are followed with the lock held." },
  globalSleepChecked: { from: "6.15", why: "Whether a global function may sleep is summed up from its code first." },
  nestedRcu: { from: "6.19", why: "The RCU section became a counter." },
  timersNeverSleep: { from: "6.18", why: "The callback's own kind decides, not the program's." },
  callbacksRepeated: { from: "6.8", why: "The call of a callback became a loop to the verifier." },
};
