// Offsets inside an object, kept by name so that they work without layouts:
// ".a.b[2]" goes into members and elements, "-a/b" goes back from member a.b to
// the record around it (container_of), "[?]" is an element nobody
// knows, "[~]" one that the program knows and we, after a join, do not.
// ".@" is "some node member", the way a list or tree hands out its elements.

export const nodeMember = ".@";

export function member(path: string, name: string): string {
  return cancel(`${path}.${name}`);
}

/** A number, "?" for an index the program computes, "~" for one that only we lost track of. */
export type Index = number | "?" | "~";

export function element(path: string, index: Index): string {
  return `${path}[${index}]`;
}

/** Pointer arithmetic by whole elements. */
export function advance(path: string, count: Index): string {
  if (count === 0) return path;
  const last = /\[(-?\d+|\?|~)\]$/.exec(path);
  if (last === null) return element(path, count);
  const from: Index = last[1] === "?" || last[1] === "~" ? last[1] : Number(last[1]);
  const sum = from === "~" || count === "~" ? "~" : from === "?" || count === "?" ? "?" : from + count;
  return element(path.slice(0, last.index), sum);
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

/** Does the path go through an element whose index is not known? */
export function isInexact(path: string): boolean {
  return path.includes("[?]") || path.includes("[~]");
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

const namesByPath = new Map<string, readonly string[]>();
const maxPaths = 20_000;

/** The members that a path goes through. */
export function memberNames(path: string): readonly string[] {
  let names = namesByPath.get(path);
  if (names === undefined) {
    names = path.match(/[A-Za-z_]\w*/g) ?? [];
    if (namesByPath.size >= maxPaths) namesByPath.clear();
    namesByPath.set(path, names);
  }
  return names;
}
