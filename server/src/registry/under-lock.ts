// What may be called while a BPF spin lock is held: helpers on every kernel, kfuncs on those
// whose kfuncs do not carry KF_SPINLOCK_SAFE yet.
import { inRange } from "./kernel-version.ts";
import { callsUnderLock } from "./overrides/locks.ts";

export function isAllowedUnderLock(name: string, kernel: string): boolean {
  return callsUnderLock.some(({ names, from, before }) => inRange(kernel, from, before) && names.includes(name));
}
