// Whole programs for tests about the checker as such: the fixtures that kernels have
// judged and the examples.
import { readdirSync, readFileSync } from "node:fs";

export interface SampleProgram {
  readonly name: string;
  readonly text: string;
}

export const samplePrograms: readonly SampleProgram[] = ["../verifier/fixtures/", "../../examples/"].flatMap(
  (folder) => {
    const url = new URL(folder, import.meta.url);
    const names = readdirSync(url).filter((name) => name.endsWith(".bpf.c"));
    return names.sort().map((name) => ({ name, text: readFileSync(new URL(name, url), "utf8") }));
  },
);
