// The generated facts hold what the kernels are known to have.
import { describe, expect, it } from "vitest";
import { builtinKernels, loadKernel } from "../../server/src/registry/index.ts";
import { SCANNER_VERSION } from "../../server/src/registry/scan/scan.ts";
import { serializeFacts } from "../../server/src/registry/scan/serialize.ts";

const known = {
  "6.1": { kfuncs: 68, testOnly: 1, helpers: 209, sections: 81 },
  "6.12": { kfuncs: 264, testOnly: 56, helpers: 211, sections: 101 },
  "7.2": { kfuncs: 421, testOnly: 80, helpers: 211, sections: 116 },
  "7.3": { kfuncs: 446, testOnly: 90, helpers: 211, sections: 116 },
} as const;

describe("facts of the built-in kernels", () => {
  it("lists the kernels oldest first", () => {
    expect(builtinKernels()).toEqual(["6.1", "6.12", "7.2", "7.3"]);
  });

  it("refuses a kernel that is not built in, and says which are", () => {
    expect(() => loadKernel("5.15")).toThrow(/6\.1, 6\.12, 7\.2, 7\.3/);
    expect(() => loadKernel("../../package")).toThrow(/unknown kernel/);
  });

  for (const [kernel, counts] of Object.entries(known)) {
    it(`counts what ${kernel} has`, () => {
      const facts = loadKernel(kernel);
      expect({
        kfuncs: facts.kfuncs.length,
        testOnly: facts.kfuncs.filter((kfunc) => kfunc.testOnly).length,
        helpers: facts.helpers.length,
        sections: facts.sections.length,
      }).toEqual(counts);
    });

    it(`says where the facts of ${kernel} came from`, () => {
      const { provenance } = loadKernel(kernel);
      expect(provenance.package).toBe(`linux-source-${kernel}`);
      expect(provenance.version.startsWith(provenance.tree)).toBe(true);
      expect(provenance.scanner).toBe(SCANNER_VERSION);
    });

    it(`keeps lists of ${kernel} sorted, each name once`, () => {
      const names = loadKernel(kernel).kfuncs.map((kfunc) => kfunc.name);
      expect(names).toEqual([...new Set(names)].sort());
    });

    it(`knows a program type, flags and a place for every kfunc of ${kernel}`, () => {
      for (const kfunc of loadKernel(kernel).kfuncs) {
        expect(
          kfunc.sets.some((set) => set.types.length > 0),
          kfunc.name,
        ).toBe(true);
        expect(kfunc.line, kfunc.name).toBeGreaterThan(0);
        expect(kfunc.file, kfunc.name).toMatch(/\.[ch]$/);
        for (const [type] of kfunc.params) expect(type, kfunc.name).not.toBe("");
      }
    });
  }

  it("writes facts as text that reads back the same, one entry a line", () => {
    const facts = loadKernel("6.1");
    const text = serializeFacts(facts);
    expect(JSON.parse(text)).toEqual(facts);
    expect(text.split("\n").filter((line) => line.startsWith('{"name":"bpf_ct_')).length).toBeGreaterThan(5);
  });
});
