// Path arithmetic on strings, so that this room needs no operating system.
// Paths are absolute with "/"; a Windows drive in front does not disturb.

export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  if (slash < 0) return ".";
  return slash === 0 ? "/" : path.slice(0, slash);
}

/** `name` seen from `directory`, without "." and "..". */
export function joinPath(directory: string, name: string): string {
  const path = name.startsWith("/") || /^[A-Za-z]:\//.test(name) ? name : `${directory}/${name}`;
  if (!/(?:^|\/)\.{0,2}\//.test(path.slice(1)) && !/\/\.{1,2}$/.test(path)) return path;
  const parts: string[] = [];
  const rooted = path.startsWith("/");
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts[parts.length - 1] !== "..") parts.pop();
    else if (part !== ".." || !rooted) parts.push(part);
  }
  return (rooted ? "/" : "") + parts.join("/");
}

/** By the letters of the paths; links are the reader's business. */
export function liesWithin(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => {
    const base = joinPath(directory, ".");
    return path.startsWith(base.endsWith("/") ? base : `${base}/`);
  });
}
