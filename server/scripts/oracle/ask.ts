// The oracle: what does the verifier of a real kernel think of these files?
import { cpus } from "node:os";
import { type CompileOptions, compile } from "./compile.ts";
import type { ArchiveEntry } from "./cpio.ts";
import { kernelHome } from "./home.ts";
import { boot } from "./machine.ts";
import { type KernelVerdict, type LoadRecord, verdictOf } from "./verdicts.ts";

export type FileVerdict =
  /** It does not compile, or libbpf cannot open the object. */
  | { readonly path: string; readonly problem: string }
  | { readonly path: string; readonly programs: readonly KernelVerdict[]; readonly finished: boolean };

export interface AskOptions extends CompileOptions {
  /** Given to one program. */
  readonly programSeconds: number;
  /** Given to the whole job. */
  readonly machineSeconds: number;
}

export const askDefaults: AskOptions = {
  include: [],
  define: [],
  cpu: "v3",
  programSeconds: 60,
  machineSeconds: 1800,
};

/** One boot for all files. */
export async function ask(
  kernel: string,
  paths: readonly string[],
  options: AskOptions = askDefaults,
): Promise<FileVerdict[]> {
  const compiled = await inParallel(paths, (path) => compile(path, kernel, options));
  const job: ArchiveEntry[] = [
    { path: "job/arguments", mode: 0o644, data: Buffer.from(`-t ${options.programSeconds}\n`) },
  ];
  const objectOf = (index: number) => `/job/${String(index).padStart(5, "0")}.o`;
  compiled.forEach((result, index) => {
    if (result.ok) job.push({ path: objectOf(index).slice(1), mode: 0o644, data: result.object });
  });
  const records = new Map<string, LoadRecord[]>();
  const done = new Set<string>();
  if (job.length > 1) {
    const { records: lines, console } = await boot(kernelHome(kernel), job, options.machineSeconds);
    if (lines.length === 0) throw new Error(`the guest said nothing:\n${console.slice(-800)}`);
    readRecords(lines.toString("latin1"), records, done);
  }
  return paths.map((path, index) => {
    const result = compiled[index]!;
    if (!result.ok) return { path, problem: result.message };
    const object = objectOf(index);
    const all = records.get(object) ?? [];
    const whole = all.find((record) => record.program === "");
    if (whole !== undefined) return { path, problem: verdictOf(whole).message };
    const programs = all.map(verdictOf);
    return { path, programs, finished: done.has(object) };
  });
}

function readRecords(text: string, records: Map<string, LoadRecord[]>, done: Set<string>): void {
  for (const line of text.split("\n")) {
    let record: LoadRecord | { readonly done: string };
    try {
      record = JSON.parse(line) as LoadRecord | { readonly done: string };
    } catch {
      continue; // a machine that was stopped leaves half a line
    }
    if ("done" in record) done.add(record.done);
    else records.set(record.object, [...(records.get(record.object) ?? []), record]);
  }
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!);
  };
  await Promise.all(Array.from({ length: cpus().length }, worker));
  return results;
}
