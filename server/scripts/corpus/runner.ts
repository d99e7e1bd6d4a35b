// Checks the files of a corpus one after the other with one checker, as the command line does.
// An exception is a defect of ours and is kept as a result: the corpus run must show all of them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getHeapStatistics } from "node:v8";
import { type Cancellation, Cancelled } from "../../src/base/cancellation.ts";
import type { Checker, FileCheck } from "../../src/check/api.ts";
import type { CompileConfig } from "../../src/preprocess/unit.ts";

export interface FileRun {
  /** Relative to the corpus, as in the facts. */
  readonly file: string;
  readonly path: string;
  readonly text: string;
  readonly check: FileCheck | undefined;
  readonly exception: string | undefined;
  readonly milliseconds: number;
}

export interface RunInput {
  readonly checker: Checker;
  readonly programsDir: string;
  readonly files: readonly string[];
  readonly config: CompileConfig;
  /** Seconds given to one file. */
  readonly patience: number;
  readonly onFile?: (done: number, file: string) => void;
}

export function runFiles(input: RunInput): readonly FileRun[] {
  return input.files.map((file, i) => {
    input.onFile?.(i, file);
    const path = join(input.programsDir, file);
    return runFile(input.checker, file, path, readFileSync(path, "utf8"), input.config, input.patience);
  });
}

export function runFile(
  checker: Checker,
  file: string,
  path: string,
  text: string,
  config: CompileConfig,
  seconds: number,
): FileRun {
  const start = performance.now();
  try {
    const check = checker.check({ path, text, config, cancellation: patience(seconds) });
    return { file, path, text, check, exception: undefined, milliseconds: performance.now() - start };
  } catch (error) {
    const exception =
      error instanceof Cancelled
        ? `not done after ${seconds} s or ${mostMegabytes} MB`
        : error instanceof Error
          ? `${error.stack}`
          : `${error}`;
    return { file, path, text, check: undefined, exception, milliseconds: performance.now() - start };
  }
}

/** A file that takes more hangs, as far as a user is concerned; real files take milliseconds and megabytes. */
const mostMegabytes = 2500;

function patience(seconds: number): Cancellation {
  const start = performance.now();
  let asked = 0;
  return {
    get requested(): boolean {
      if (++asked % 64 !== 0) return false; // the heap statistics cost more than a block
      return (
        performance.now() - start > seconds * 1000 || getHeapStatistics().used_heap_size > mostMegabytes * 1024 * 1024
      );
    },
  };
}
