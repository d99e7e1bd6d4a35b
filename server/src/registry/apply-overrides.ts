// Lays the hand-written entries for a name over the effect that its facts give.
import type { CallEffect, ParamEffect } from "./effect.ts";
import { inRange } from "./kernel-version.ts";
import type { Override } from "./overrides/override.ts";

export function applyOverrides(effect: CallEffect, overrides: readonly Override[], kernel: string): CallEffect {
  return overrides
    .filter(({ names, from, before }) => names.includes(effect.name) && inRange(kernel, from, before))
    .reduce(applyOverride, effect);
}

function applyOverride(effect: CallEffect, override: Override): CallEffect {
  return {
    ...effect,
    protocol: override.protocol ?? effect.protocol,
    returns: override.returns ?? effect.returns,
    params: effect.params.map((param, index): ParamEffect => ({ ...param, ...override.params?.[index] })),
    acquires: override.acquires ?? effect.acquires,
    releasedBy: override.releasedBy ?? effect.releasedBy,
    ...(override.packetWriters === true ? { packetWriters: true } : {}),
    needsRcu: override.needsRcu ?? effect.needsRcu,
  };
}
