// How much of real BPF C the parser reads: the share of function bodies in the given
// files that come out clean, and each one that does not with its reason.
//
//   npx tsx server/scripts/parse-figures.ts [-I DIR]... [-D NAME[=VALUE]]... [--no-headers] FILE|DIR...
//
// A folder stands for the .c files in it. --no-headers hides every header, as in a lone file.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { isTypedefIn } from "../src/model/type-names.ts";
import { createHeaderCache, preprocess } from "../src/preprocess/preprocess.ts";
import type { FileReader } from "../src/preprocess/unit.ts";
import { loadParser } from "../src/syntax/parser.ts";

interface Options {
  readonly includeDirs: string[];
  readonly defines: string[];
  readonly files: string[];
  headers: boolean;
}

const options = readOptions(process.argv.slice(2));
if (options.files.length === 0) {
  console.error("usage: parse-figures.ts [-I DIR]... [-D NAME[=VALUE]]... [--no-headers] FILE|DIR...");
  process.exit(2);
}
await main();

async function main(): Promise<void> {
  const parser = await loadParser();
  const cache = createHeaderCache();
  const reader: FileReader = { read: options.headers ? readRegularFile : () => undefined };
  const config = { includeDirs: options.includeDirs, defines: options.defines, undefines: [], forcedIncludes: [] };
  let bodies = 0;
  let clean = 0;
  let declarations = 0;
  let unreadable = 0;
  const missing = new Map<string, number>();
  const started = performance.now();
  let parsing = 0;
  for (const path of options.files) {
    const text = readRegularFile(path);
    if (text === undefined) continue;
    const unit = preprocess({ path, text, config, reader }, cache);
    for (const header of unit.missing) missing.set(header, (missing.get(header) ?? 0) + 1);
    const isTypedef = isTypedefIn(unit);
    for (const declaration of unit.declarations) {
      if (!declaration.inMainFile) continue;
      const defined = declaration.names.find((name) => name.kind === "function" && name.defined);
      const start = performance.now();
      const { problem } = parser.parse(declaration, isTypedef);
      parsing += performance.now() - start;
      declarations++;
      if (defined !== undefined) bodies++;
      if (problem === undefined) {
        if (defined !== undefined) clean++;
        continue;
      }
      if (defined === undefined) unreadable++;
      const { tokens } = declaration;
      const words = (from: number, to: number): string =>
        tokens
          .slice(Math.max(0, from), to)
          .map((token) => token.text)
          .join(" ");
      const token = tokens[problem.at.start]!;
      const line = token.file.lines.positionAt(token.start).line + 1;
      const what = defined === undefined ? "(not a body)" : `${defined.name}()`;
      const { start: at } = problem.at;
      console.log(`${path}:${line}: ${what}: ${problem.message}: ${words(at - 8, at)} >>> ${words(at, at + 8)}`);
    }
  }
  const share = bodies === 0 ? 100 : (100 * clean) / bodies;
  console.log(`files ${options.files.length}, function bodies ${bodies}, clean ${clean} (${share.toFixed(3)} %)`);
  console.log(`other declarations of the main files ${declarations - bodies}, of them unreadable ${unreadable}`);
  console.log(`headers not found ${missing.size}`);
  const seconds = (performance.now() - started) / 1000;
  console.log(`${seconds.toFixed(1)} s, of it parsing and lowering ${(parsing / 1000).toFixed(1)} s`);
}

function readOptions(args: readonly string[]): Options {
  const found: Options = { includeDirs: [], defines: [], files: [], headers: true };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const value = (): string => (arg.length > 2 ? arg.slice(2) : (args[++i] ?? ""));
    if (arg === "--no-headers") found.headers = false;
    else if (arg.startsWith("-I")) found.includeDirs.push(value());
    else if (arg.startsWith("-D")) found.defines.push(value());
    else found.files.push(...expand(arg));
  }
  return found;
}

function expand(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith(".c"))
    .sort()
    .map((name) => `${path}/${name}`);
}

function readRegularFile(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
