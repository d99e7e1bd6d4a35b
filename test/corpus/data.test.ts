// The stored facts are well-formed and agree with each other.
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { corpusKernels, readFacts } from "../../server/scripts/corpus/facts.ts";
import { readMutants } from "../../server/scripts/corpus/mutants.ts";

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe.each(corpusKernels)("verdicts of %s", (kernel) => {
  const facts = readFacts(pathOf(`verdicts-${kernel}.jsonl`));
  const keys = facts.map((fact) => `${fact.file}\0${fact.program}`);

  it("are sorted, and one a program", () => {
    expect(keys).toEqual([...new Set(keys)].sort());
  });

  it("have a hash and a place each, and a message when rejected", () => {
    for (const fact of facts) {
      expect(fact.hash).toMatch(/^[0-9a-f]{16}$/);
      expect(fact.lines[0]).toBeLessThanOrEqual(fact.lines[1]);
      if (fact.verdict === "rejected") expect(fact.rejection?.message).not.toBe("");
    }
  });
});

describe.each(corpusKernels)("mutants of %s", (kernel) => {
  const facts = new Map(
    readFacts(pathOf(`verdicts-${kernel}.jsonl`)).map((fact) => [`${fact.file}\0${fact.program}`, fact]),
  );
  const mutants = readMutants(pathOf(`mutants-${kernel}.jsonl`));

  it("are 300, each of an accepted program", () => {
    expect(mutants).toHaveLength(300);
    for (const mutant of mutants) {
      expect(facts.get(`${mutant.file}\0${mutant.program}`)?.verdict).toBe("accepted");
    }
  });

  it("have edits, and a class and message when rejected", () => {
    for (const mutant of mutants) {
      expect(mutant.edits.length).toBeGreaterThan(0);
      expect(mutant.class === undefined).toBe(mutant.verdict === "accepted");
      expect(mutant.message === undefined).toBe(mutant.verdict === "accepted");
    }
  });
});
