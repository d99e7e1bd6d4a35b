// The program generator of `npm run fuzz:verifier`: repeatable, well-formed, and every mutation
// changes what it is applied to. What kernels say of the programs is measured there, not here.
import { describe, expect, it } from "vitest";
import { generate } from "../../server/scripts/fuzz/generate.ts";
import { fileOf } from "../../server/scripts/fuzz/judge.ts";
import { mutations } from "../../server/scripts/fuzz/mutate.ts";
import { Random } from "../../server/scripts/fuzz/random.ts";
import { print } from "../../server/scripts/fuzz/tree.ts";
import { checkText } from "../support/check-text.ts";

const seeds = Array.from({ length: 60 }, (_, i) => i);

describe("generated programs", () => {
  it("are the same for the same seed", () => {
    for (const seed of seeds) {
      const [a, b] = [0, 1].map(() => print(generate("p", "7.2", new Random(seed))));
      expect(a).toBe(b);
    }
    expect(new Set(seeds.map((seed) => print(generate("p", "7.2", new Random(seed))))).size).toBe(seeds.length);
  });

  it("are read without an error, on the oldest kernel too", async () => {
    for (const kernel of ["6.12", "7.2"]) {
      const programs = seeds.map((seed) => generate(`p${seed}`, kernel, new Random(seed)));
      const result = await checkText(fileOf(programs, kernel), { kernels: [kernel] });
      expect(result.programs.map((program) => program.name)).toEqual(programs.map((program) => program.name));
      expect(result.programs.filter((program) => !program.analyzed)).toEqual([]);
    }
  });

  it("are right as they come", async () => {
    const programs = seeds.map((seed) => generate(`p${seed}`, "7.2", new Random(seed)));
    const result = await checkText(fileOf(programs, "7.2"));
    expect(result.diagnostics.map((d) => `${d.programs.join()} ${d.code} ${d.message}`)).toEqual([]);
  });
});

describe("mutations", () => {
  for (const mutation of mutations) {
    it(`${mutation.name} finds places and changes the program`, () => {
      let applied = 0;
      for (const seed of Array.from({ length: 300 }, (_, i) => i)) {
        const program = generate("p", "7.2", new Random(seed));
        const mutant = mutation.apply(program, new Random(seed));
        if (mutant === undefined) continue;
        applied++;
        expect(print(mutant)).not.toBe(print(program));
      }
      expect(applied).toBeGreaterThan(20);
    });
  }
});
