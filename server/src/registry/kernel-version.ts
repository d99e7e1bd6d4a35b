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

function parts(name: string): readonly [number, number] {
  const [major, minor] = name.split(".").map(Number);
  return [major ?? 0, minor ?? 0];
}
