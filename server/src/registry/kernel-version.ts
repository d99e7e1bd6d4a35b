// Order of kernel names: "6.1" < "6.12" < "7.2".

export function compareKernels(a: string, b: string): number {
  const [majorA, minorA] = parts(a);
  const [majorB, minorB] = parts(b);
  return majorA - majorB || minorA - minorB;
}

/** Is `kernel` within [from, before)? An open end is undefined. */
export function inRange(kernel: string, from: string | undefined, before: string | undefined): boolean {
  return (
    (from === undefined || compareKernels(kernel, from) >= 0) &&
    (before === undefined || compareKernels(kernel, before) < 0)
  );
}

/** Of several kernels the one that is the fewest releases away; of two as near, the older. */
export function nearestKernel(wanted: string, kernels: readonly string[]): string {
  const distance = (kernel: string): number => Math.abs(releaseNumber(kernel) - releaseNumber(wanted));
  const [first, ...others] = [...kernels].sort(compareKernels);
  if (first === undefined) throw new Error("no kernel to choose from");
  return others.reduce((best, kernel) => (distance(kernel) < distance(best) ? kernel : best), first);
}

/** Counts releases: a major version lasts for twenty (4.20, 5.19, 6.19). */
function releaseNumber(name: string): number {
  const [major, minor] = parts(name);
  return major * 20 + minor;
}

function parts(name: string): readonly [number, number] {
  const [major, minor] = name.split(".").map(Number);
  return [major ?? 0, minor ?? 0];
}
