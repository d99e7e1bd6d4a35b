// Runs the real checker on C text that has no headers but those given.
import type { FileCheck } from "../../server/src/check/api.ts";
import { createChecker } from "../../server/src/check/checker.ts";

const checkers = new Map<string, ReturnType<typeof createChecker>>();

export async function checkText(
  text: string,
  options: { readonly kernels?: readonly string[]; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<FileCheck> {
  const kernels = options.kernels ?? ["7.2"];
  const headers = options.headers ?? {};
  const key = JSON.stringify([kernels, headers]);
  let checker = checkers.get(key);
  if (checker === undefined) {
    checker = createChecker({ kernels, reader: { read: (path) => headers[path] } });
    checkers.set(key, checker);
  }
  return (await checker).check({
    path: "/project/prog.bpf.c",
    text,
    config: { includeDirs: ["/include"], defines: [], undefines: [], forcedIncludes: [] },
  });
}
