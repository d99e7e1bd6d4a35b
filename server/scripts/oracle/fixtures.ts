// Stores what a kernel said of test/verifier/fixtures beside them, so that the ordinary tests
// hold our findings against its word without a virtual machine.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { FileVerdict } from "./ask.ts";

export interface StoredVerdict {
  readonly file: string;
  readonly program: string;
  readonly kernel: string;
  readonly verdict: "accepted" | "rejected";
  readonly message?: string;
  /** Of the file's text, so that a verdict cannot outlive its program. */
  readonly text: string;
}

/** First 16 hex digits of the SHA-256 of the text, comments removed and white space squeezed. */
export function fixtureHash(text: string): string {
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\/\/[^\n]*/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return createHash("sha256").update(code).digest("hex").slice(0, 16);
}

export function storeVerdicts(
  folder: string,
  kernel: string,
  results: readonly FileVerdict[],
  say: (line: string) => void,
): void {
  const path = join(folder, "verdicts.jsonl");
  const stored = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as StoredVerdict);
  // What does not compile has no new verdict; the old one stays until its text changes.
  const asked = new Set(results.flatMap((result) => ("problem" in result ? [] : [basename(result.path)])));
  const kept = stored.filter((verdict) => verdict.kernel !== kernel || !asked.has(verdict.file));
  const found = results.flatMap((result) => verdictsOf(result, kernel));
  const before = new Map(stored.map((verdict) => [keyOf(verdict), verdict.verdict]));
  for (const verdict of found) {
    const said = before.get(keyOf(verdict));
    if (said !== undefined && said !== verdict.verdict) {
      say(`${keyOf(verdict)}: ${said} before, ${verdict.verdict} now`);
    }
  }
  const all = [...kept, ...found].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  writeFileSync(path, all.map((verdict) => `${oneLine(verdict)}\n`).join(""));
  say(`[${kernel}] ${found.length} verdicts stored in ${path}`);
}

/** The loader could not resolve an extern: that is a verdict on the program's text as well. */
const loaderRefusal = /extern (?:\(func ksym\) )?'.+'/;

function verdictsOf(result: FileVerdict, kernel: string): StoredVerdict[] {
  if ("problem" in result) return [];
  const text = fixtureHash(readFileSync(result.path, "utf8"));
  return result.programs.flatMap(({ program, verdict, message }) => {
    const isRefused = verdict === "rejected" || (verdict === "unloadable" && loaderRefusal.test(message));
    if (verdict !== "accepted" && !isRefused) return [];
    const base = {
      file: basename(result.path),
      program,
      kernel,
      verdict: isRefused ? "rejected" : "accepted",
    } as const;
    return [message === "" ? { ...base, text } : { ...base, message: lastMessage(message), text }];
  });
}

/** The verifier's last line; the reference that leaks stands in the line before it. */
function lastMessage(said: string): string {
  const lines = said.split("; ");
  const last = lines.at(-1)!;
  const leaked = lines.findLast((line) => line.startsWith("Unreleased reference"));
  return leaked === undefined || leaked === last ? last : `${leaked}; ${last}`;
}

function oneLine(verdict: StoredVerdict): string {
  return JSON.stringify(verdict, undefined, 1).replace(/\n */g, " ").replace(/^\{ /, "{").replace(/ \}$/, "}");
}

function keyOf({ file, program, kernel }: StoredVerdict): string {
  return `${file}\t${program}\t${kernel}`;
}
