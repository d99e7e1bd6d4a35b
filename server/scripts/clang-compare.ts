// Holds the lowered AST against clang's: for every function with a body, in the files
// given and the headers they include, the numbers of calls, explicit casts and
// control-flow statements must be the same. Needs clang; nothing else in the project does.
//
//   npx tsx server/scripts/clang-compare.ts [--clang PROGRAM] [CLANG OPTION]... -- FILE...
//
// Of clang's options -I, -idirafter, -D, -U and -include are understood here as well.
import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { isTypedefIn } from "../src/model/type-names.ts";
import { createHeaderCache, preprocess } from "../src/preprocess/preprocess.ts";
import type { CompileConfig, Declaration } from "../src/preprocess/unit.ts";
import type { FunctionDecl } from "../src/syntax/ast.ts";
import { loadParser } from "../src/syntax/parser.ts";

type Counts = Map<string, number>;

const { clang, flags, files, config } = readArguments(process.argv.slice(2));

async function main(): Promise<boolean> {
  const parser = await loadParser();
  const headers = createHeaderCache();
  const seen = new Set<string>();
  let compared = 0;
  let differing = 0;
  let unread = 0;
  let replaced = 0;
  const total: Counts = new Map();
  for (const path of files) {
    const theirs = await clangCounts(path);
    if (theirs === undefined) {
      console.log(`${path}: clang reports errors, skipped`);
      continue;
    }
    const unit = preprocess({ path, text: readFileSync(path, "utf8"), config, reader: { read } }, headers);
    const isTypedef = isTypedefIn(unit);
    for (const declaration of unit.declarations) {
      const name = declaration.names.find(({ kind, defined }) => kind === "function" && defined)?.name;
      const expected = name === undefined ? undefined : theirs.get(name);
      // A header's function counts once.
      const key = `${declaration.file.path} ${name}`;
      if (name === undefined || expected === undefined || seen.has(key)) continue;
      seen.add(key);
      if (hasReplacedMacro(declaration)) {
        replaced++;
        continue;
      }
      const { decls, problem } = parser.parse(declaration, isTypedef);
      if (problem !== undefined) {
        unread++;
        console.log(`${path}: ${name}(): not read: ${problem.message}`);
        continue;
      }
      compared++;
      const counted: Counts = new Map();
      for (const decl of decls) if (decl.kind === "function") countOurs(decl.body, counted);
      const differences = compare(counted, expected);
      for (const [kind, count] of counted) total.set(kind, (total.get(kind) ?? 0) + count);
      if (differences.length === 0) continue;
      differing++;
      console.log(`${declaration.file.path}: ${name}(): ${differences.join(", ")}`);
    }
  }
  console.log(`functions compared ${compared}, differing ${differing}, not read ${unread}`);
  console.log(`set aside, for they use macros whose assembly the preprocessor replaces: ${replaced}`);
  console.log([...total].map(([kind, count]) => `${kind} ${count}`).join(", "));
  return differing === 0 && unread === 0 && compared > 0;
}

/** can_loop, cond_break, bpf_assert ...: clang sees assembly where we see a branch. */
function hasReplacedMacro({ tokens }: Declaration): boolean {
  return tokens.some(
    ({ text, macro }) =>
      text === "__kfunc_ls_unknown" || (macro !== undefined && /^bpf_(assert|cmp_)/.test(macro.name)),
  );
}

function compare(ours: Counts, theirs: Counts): string[] {
  const kinds = new Set([...ours.keys(), ...theirs.keys()]);
  return [...kinds].flatMap((kind) => {
    const [a, b] = [ours.get(kind) ?? 0, theirs.get(kind) ?? 0];
    return a === b ? [] : [`${kind} ${a} (clang ${b})`];
  });
}

function add(counts: Counts, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

// --- our side ------------------------------------------------------------------

/** Node kinds of the AST that are counted, under their name here. */
const ourKinds: ReadonlyMap<string, string> = new Map([
  ["call", "call"],
  ["cast", "cast"],
  ["conditional", "?:"],
  ["if", "if"],
  ["for", "for"],
  ["while", "while"],
  ["do", "do"],
  ["switch", "switch"],
  ["case", "case"],
  ["default", "default"],
  ["label", "label"],
  ["goto", "goto"],
  ["goto-computed", "goto *"],
  ["break", "break"],
  ["continue", "continue"],
  ["return", "return"],
]);

/** Walks every object of the tree, except types: clang does not dump what stands inside typeof. */
function countOurs(root: FunctionDecl["body"], counts: Counts): void {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (Array.isArray(node)) waiting.push(...node);
    if (typeof node !== "object" || node === null || Array.isArray(node)) continue;
    const kind = "kind" in node ? ourKinds.get(String(node.kind)) : undefined;
    if (kind !== undefined) add(counts, kind);
    for (const [key, value] of Object.entries(node)) {
      if (key !== "type" && key !== "attributes" && key !== "at" && key !== "nameAt" && key !== "path")
        waiting.push(value);
    }
  }
}

// --- clang's side ----------------------------------------------------------------

interface ClangNode {
  readonly kind?: string;
  readonly name?: string;
  readonly inner?: readonly ClangNode[];
  readonly array_filler?: readonly ClangNode[];
}

const clangKinds: ReadonlyMap<string, string> = new Map([
  ["CallExpr", "call"],
  // The __atomic builtins.
  ["AtomicExpr", "call"],
  ["CStyleCastExpr", "cast"],
  ["ConditionalOperator", "?:"],
  ["BinaryConditionalOperator", "?:"],
  ["ChooseExpr", "?:"],
  ["IfStmt", "if"],
  ["ForStmt", "for"],
  ["WhileStmt", "while"],
  ["DoStmt", "do"],
  ["SwitchStmt", "switch"],
  ["CaseStmt", "case"],
  ["DefaultStmt", "default"],
  ["LabelStmt", "label"],
  ["GotoStmt", "goto"],
  ["IndirectGotoStmt", "goto *"],
  ["BreakStmt", "break"],
  ["ContinueStmt", "continue"],
  ["ReturnStmt", "return"],
]);

/** Repeats of what is dumped elsewhere, and what C has no code for. */
const notDescended: ReadonlySet<string> = new Set(["OpaqueValueExpr", "StaticAssertDecl", "OffsetOfExpr"]);

/** Counts by function name; undefined when clang finds errors. */
async function clangCounts(path: string): Promise<ReadonlyMap<string, Counts> | undefined> {
  const args = [...flags, "-w", "-fsyntax-only", "-Xclang", "-ast-dump=json", path];
  const child = spawn(clang, args, { stdio: ["ignore", "pipe", "ignore"] });
  const status = new Promise<number | null>((resolve) => child.on("close", resolve));
  const functions = new Map<string, Counts>();
  // With a vmlinux.h the dump has hundreds of megabytes; of its top-level entries (indented by four)
  // only functions are kept.
  let entry: string[] | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "    {") entry = [line];
    else if (entry === undefined) continue;
    else if (line === "    }," || line === "    }") {
      countFunction(JSON.parse(`${entry.join("\n")}\n}`) as ClangNode, functions);
      entry = undefined;
    } else if (entry.length === 2 && line !== '      "kind": "FunctionDecl",') entry = undefined;
    else entry.push(line);
  }
  return (await status) === 0 ? functions : undefined;
}

function countFunction(node: ClangNode, functions: Map<string, Counts>): void {
  const body = node.inner?.find((inner) => inner.kind === "CompoundStmt");
  if (node.kind !== "FunctionDecl" || node.name === undefined || body === undefined) return;
  const counts: Counts = new Map();
  const waiting: ClangNode[] = [body];
  while (waiting.length > 0) {
    const { kind, inner, array_filler: filler } = waiting.pop()!;
    const counted = kind === undefined ? undefined : clangKinds.get(kind);
    if (counted !== undefined) add(counts, counted);
    if (kind === undefined || !notDescended.has(kind)) waiting.push(...(inner ?? []), ...(filler ?? []));
  }
  functions.set(node.name, counts);
}

// --- arguments -------------------------------------------------------------------

function readArguments(args: readonly string[]): {
  readonly clang: string;
  readonly flags: readonly string[];
  readonly files: readonly string[];
  readonly config: CompileConfig;
} {
  const dash = args.indexOf("--");
  const before = dash < 0 ? [] : args.slice(0, dash);
  const config = {
    includeDirs: [] as string[],
    defines: [] as string[],
    undefines: [] as string[],
    forcedIncludes: [] as string[],
  };
  const late: string[] = [];
  const options: string[] = [];
  let program = "clang";
  for (let i = 0; i < before.length; i++) {
    const arg = before[i]!;
    if (arg === "--clang") {
      program = before[++i] ?? program;
      continue;
    }
    options.push(arg);
    const [, name, joined] = /^(-I|-D|-U|-idirafter|-include)(.*)$/.exec(arg) ?? [];
    if (name === undefined) continue;
    let value = joined ?? "";
    if (value === "") {
      value = before[++i] ?? "";
      options.push(value);
    }
    if (name === "-I") config.includeDirs.push(value);
    else if (name === "-idirafter") late.push(value);
    else if (name === "-D") config.defines.push(value);
    else if (name === "-U") config.undefines.push(value);
    else config.forcedIncludes.push(value);
  }
  config.includeDirs.push(...late);
  return { clang: program, flags: options, files: args.slice(dash + 1), config };
}

function read(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

if (files.length === 0) {
  console.error("usage: clang-compare.ts [--clang PROGRAM] [CLANG OPTION]... -- FILE...");
  process.exit(2);
}
process.exitCode = (await main()) ? 0 : 1;
