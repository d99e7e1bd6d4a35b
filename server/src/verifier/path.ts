// Offsets inside an object, kept by name so that they work without layouts:
// ".a.b[2]" goes into members and elements, "-a/b" goes back from member a.b to
// the record around it (container_of), "[?]" is an element nobody knows.
// ".@" is "some node member", the way a list or tree hands out its elements.

export const nodeMember = ".@";

export function member(path: string, name: string): string {
  return cancel(`${path}.${name}`);
}

export function element(path: string, index: number | undefined): string {
  return `${path}[${index ?? "?"}]`;
}

/** Pointer arithmetic by whole elements. */
export function advance(path: string, count: number | undefined): string {
  if (count === 0) return path;
  const last = /\[(-?\d+|\?)\]$/.exec(path);
  if (last === null) return element(path, count);
  const from = last[1] === "?" ? undefined : Number(last[1]);
  return element(path.slice(0, last.index), from === undefined || count === undefined ? undefined : from + count);
}

/** From a member back to its record: the inverse of `member` applied for each step of `steps`. */
export function containerOf(path: string, steps: readonly string[]): string {
  const suffix = `.${steps.join(".")}`;
  if (path.endsWith(suffix)) return path.slice(0, -suffix.length);
  if (path.endsWith(nodeMember)) return path.slice(0, -nodeMember.length);
  return `${path}-${steps.join("/")}`;
}

function cancel(path: string): string {
  const back = path.lastIndexOf("-");
  if (back < 0) return path;
  const dot = path.indexOf(".", back);
  if (dot < 0) return path;
  return path.slice(back + 1, dot) === path.slice(dot + 1).replaceAll(".", "/") ? path.slice(0, back) : path;
}

/** Ancestors of a path, nearest first, ending with "" (the path itself not included). */
export function ancestors(path: string): string[] {
  const result: string[] = [];
  for (let i = path.length - 1; i >= 0; i--) {
    const c = path[i];
    if (c === "." || c === "[" || c === "-") result.push(path.slice(0, i));
  }
  return result;
}
