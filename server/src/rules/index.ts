// All rules, in the order in which documentation lists them.
import type { RuleInfo } from "../check/api.ts";
import { callUnderLock } from "./call-under-lock.ts";
import { constantArgument } from "./constant-argument.ts";
import { contextArgument } from "./context-argument.ts";
import type { Rule } from "./define.ts";
import { dynptrMisuse } from "./dynptr-misuse.ts";
import { exceptionMisuse } from "./exception-misuse.ts";
import { flavorResolvesElsewhere } from "./flavor-resolves-elsewhere.ts";
import { globalFunction } from "./global-function.ts";
import { graphMisuse } from "./graph-misuse.ts";
import { guardWithoutWeak } from "./guard-without-weak.ts";
import { irqRegion } from "./irq-region.ts";
import { iteratorMisuse } from "./iterator-misuse.ts";
import { kfuncNotAllowed } from "./kfunc-not-allowed.ts";
import { kfuncNotAvailable } from "./kfunc-not-available.ts";
import { kptrMisuse } from "./kptr-misuse.ts";
import { lockMisuse } from "./lock-misuse.ts";
import { memorySize } from "./memory-size.ts";
import { missingKsym } from "./missing-ksym.ts";
import { nonGplLicense } from "./non-gpl-license.ts";
import { nullCheckTooLate } from "./null-check-too-late.ts";
import { preemptRegion } from "./preempt-region.ts";
import { prototypeMismatch } from "./prototype-mismatch.ts";
import { rcuRegion } from "./rcu-region.ts";
import { readOnlyMemory } from "./read-only-memory.ts";
import { releaseUnowned } from "./release-unowned.ts";
import { sleepableCall } from "./sleepable-call.ts";
import { specialMember } from "./special-member.ts";
import { structOpsMisuse } from "./struct-ops-misuse.ts";
import { suffixInDeclaration } from "./suffix-in-declaration.ts";
import { testOnlyKfunc } from "./test-only-kfunc.ts";
import { uncheckedNull } from "./unchecked-null.ts";
import { unreleasedReference } from "./unreleased-reference.ts";
import { untrustedPointer } from "./untrusted-pointer.ts";
import { useAfterRelease } from "./use-after-release.ts";
import { weakWithoutGuard } from "./weak-without-guard.ts";
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
  kfuncNotAvailable,
  prototypeMismatch,
  missingKsym,
  weakWithoutGuard,
  guardWithoutWeak,
  flavorResolvesElsewhere,
  nonGplLicense,
  testOnlyKfunc,
  suffixInDeclaration,
  constantArgument,
  memorySize,
  structOpsMisuse,
  nullCheckTooLate,
  lockMisuse,
  callUnderLock,
  iteratorMisuse,
  exceptionMisuse,
  dynptrMisuse,
  kptrMisuse,
  globalFunction,
  readOnlyMemory,
  graphMisuse,
  specialMember,
  rcuRegion,
  preemptRegion,
  irqRegion,
  sleepableCall,
];

export const rules: readonly RuleInfo[] = allRules;
