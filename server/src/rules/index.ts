// All rules, in the order in which documentation lists them.
import type { RuleInfo } from "../check/api.ts";
import { callUnderLock } from "./call-under-lock.ts";
import { contextArgument } from "./context-argument.ts";
import type { Rule } from "./define.ts";
import { dynptrMisuse } from "./dynptr-misuse.ts";
import { exceptionMisuse } from "./exception-misuse.ts";
import { graphMisuse } from "./graph-misuse.ts";
import { irqRegion } from "./irq-region.ts";
import { iteratorMisuse } from "./iterator-misuse.ts";
import { kfuncNotAllowed } from "./kfunc-not-allowed.ts";
import { kptrMisuse } from "./kptr-misuse.ts";
import { lockMisuse } from "./lock-misuse.ts";
import { nullCheckTooLate } from "./null-check-too-late.ts";
import { preemptRegion } from "./preempt-region.ts";
import { rcuRegion } from "./rcu-region.ts";
import { readOnlyMemory } from "./read-only-memory.ts";
import { releaseUnowned } from "./release-unowned.ts";
import { sleepableCall } from "./sleepable-call.ts";
import { specialMember } from "./special-member.ts";
import { uncheckedNull } from "./unchecked-null.ts";
import { unreleasedReference } from "./unreleased-reference.ts";
import { untrustedPointer } from "./untrusted-pointer.ts";
import { useAfterRelease } from "./use-after-release.ts";
import { wrongArgumentType } from "./wrong-argument-type.ts";

export const allRules: readonly Rule[] = [
  unreleasedReference,
  uncheckedNull,
  useAfterRelease,
  releaseUnowned,
  untrustedPointer,
  kfuncNotAllowed,
  wrongArgumentType,
  contextArgument,
  nullCheckTooLate,
  lockMisuse,
  callUnderLock,
  iteratorMisuse,
  exceptionMisuse,
  dynptrMisuse,
  kptrMisuse,
  readOnlyMemory,
  graphMisuse,
  specialMember,
  rcuRegion,
  preemptRegion,
  irqRegion,
  sleepableCall,
];

export const rules: readonly RuleInfo[] = allRules;
