// Asks the kernel and ourselves about generated programs, many to a file and all files in one boot.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, askDefaults } from "../oracle/ask.ts";
import { type Agreement, agreement, createOurs } from "../oracle/ours.ts";
import type { KernelVerdict } from "../oracle/verdicts.ts";
import { prelude, preludeOf } from "./resources.ts";
import { type Program, print } from "./tree.ts";

const programsPerFile = 25;

export interface Judged {
  readonly program: Program;
  readonly kernel: KernelVerdict | undefined;
  /** Codes and lines within the program's own text of our errors. */
  readonly ours: readonly { readonly code: string; readonly message: string; readonly text: string }[];
  readonly agreement: Agreement;
}

export function fileOf(programs: readonly Program[], kernel: string): string {
  return [prelude, preludeOf(kernel), ...programs.map(print)].join("\n");
}

export async function judge(programs: readonly Program[], kernel: string): Promise<Judged[]> {
  const work = await mkdtemp(join(tmpdir(), "kfunc-ls-fuzz-"));
  try {
    const chunks: Program[][] = [];
    for (let i = 0; i < programs.length; i += programsPerFile) chunks.push(programs.slice(i, i + programsPerFile));
    const paths = chunks.map((_, i) => join(work, `part-${String(i).padStart(4, "0")}.bpf.c`));
    await Promise.all(chunks.map((chunk, i) => writeFile(paths[i]!, fileOf(chunk, kernel))));
    const verdicts = await ask(kernel, paths, askDefaults);
    const check = await createOurs(kernel);
    return chunks.flatMap((chunk, i) => {
      const answer = verdicts[i]!;
      if ("problem" in answer) throw new Error(`a generated file cannot be judged: ${answer.problem}`);
      const mine = check(paths[i]!);
      return chunk.map((program): Judged => {
        const verdict = answer.programs.find((p) => p.program === program.name);
        const our = mine.get(program.name);
        const errors = (our?.errors ?? []).map((d) => ({
          code: d.code,
          message: d.message,
          text: d.span.file.text.slice(d.span.start, d.span.end),
        }));
        const how = verdict === undefined ? "no-verdict" : agreement(verdict, our);
        return { program, kernel: verdict, ours: errors, agreement: how };
      });
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
