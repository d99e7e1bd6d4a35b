// The verdict facts kept in test/corpus: what a real kernel said of each selftest program.
// Facts are data with provenance (see test/corpus/README.md); nothing here judges them.
import { readFileSync } from "node:fs";

export type CorpusKernel = "6.12" | "7.2";

export const corpusKernels: readonly CorpusKernel[] = ["6.12", "7.2"];

/** One program of the kernel's BPF selftests. Line numbers are 1-based and inclusive. */
export interface VerdictFact {
  readonly file: string;
  readonly program: string;
  readonly section: string;
  readonly verdict: "accepted" | "rejected";
  /** "kernel": loaded in a real kernel; "annotation": the selftest's own expectation. */
  readonly truth: "kernel" | "annotation";
  /** The program reaches a kfunc in C, and which. */
  readonly kfunc: boolean;
  readonly kfuncs: readonly string[];
  /** Where the program stood; in the file `textIn` when a file includes its program's text. */
  readonly lines: readonly [number, number];
  readonly textIn: string | undefined;
  /** The program comes out of a test macro: `lines` are the macro's use, and `hash` covers the whole file. */
  readonly macroGenerated: boolean;
  /** Hash of the program's text, see program-text.ts. */
  readonly hash: string;
  readonly rejection: Rejection | undefined;
}

export interface Rejection {
  readonly class: string;
  /** The verifier's last message. */
  readonly message: string;
  /** The defect is about kfunc use, visible in the source and not made by a test macro. */
  readonly core: boolean;
  /** Could a checker without value ranges see it? */
  readonly sourceCheckable: "yes" | "partly" | "no";
  readonly defectLine: number | undefined;
  /** Where the verifier gave up: file and line. */
  readonly verifierLine: readonly [string, number] | undefined;
}

/** The line of a facts file: short keys left out when they say nothing. */
interface FactRecord {
  readonly file: string;
  readonly program: string;
  readonly section: string;
  readonly lines: [number, number];
  readonly text_in?: string;
  readonly macro_generated?: boolean;
  readonly hash: string;
  readonly verdict: "accepted" | "rejected";
  readonly truth: "kernel" | "annotation";
  readonly kfunc: boolean;
  readonly kfuncs?: string[];
  readonly class?: string;
  readonly core?: boolean;
  readonly source_checkable?: "yes" | "partly" | "no";
  readonly message?: string;
  readonly defect_line?: number;
  readonly verifier_line?: [string, number];
}

export function readFacts(path: string): readonly VerdictFact[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => factOf(JSON.parse(line) as FactRecord));
}

export function factOf(record: FactRecord): VerdictFact {
  return {
    file: record.file,
    program: record.program,
    section: record.section,
    verdict: record.verdict,
    truth: record.truth,
    kfunc: record.kfunc,
    kfuncs: record.kfuncs ?? [],
    lines: record.lines,
    textIn: record.text_in,
    macroGenerated: record.macro_generated === true,
    hash: record.hash,
    rejection:
      record.verdict === "accepted"
        ? undefined
        : {
            class: record.class ?? "other",
            message: record.message ?? "",
            core: record.core === true,
            sourceCheckable: record.source_checkable ?? "no",
            defectLine: record.defect_line,
            verifierLine: record.verifier_line,
          },
  };
}
