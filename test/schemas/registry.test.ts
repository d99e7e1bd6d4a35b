// The published schema describes what the scanner writes, for every kernel at hand and for module sources.
import { readFileSync } from "node:fs";
import { type Schema, Validator } from "@cfworker/json-schema";
import { describe, expect, it } from "vitest";
import { builtinKernels, loadKernel } from "../../server/src/registry/index.ts";
import { type RegistryFile, registryEntries, writeRegistryFile } from "../../server/src/registry/registry-file.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../server/schemas/registry.schema.json", import.meta.url), "utf8"),
) as Schema;
const validator = new Validator(schema, "2020-12", false);

function fileOf(kernel: string): RegistryFile {
  const { kfuncs, provenance } = loadKernel(kernel);
  const unreadable = [{ file: "kernel/a.c", line: 3, what: "MADE(x) in the set things" }];
  return {
    kernel,
    provenance: { ...provenance, source: "kernel", unreadable },
    kfuncs: registryEntries(kfuncs, kernel),
  };
}

describe("the schema of registry files", () => {
  it.each(builtinKernels())("fits the kfuncs of %s", (kernel) => {
    const { valid, errors } = validator.validate(JSON.parse(writeRegistryFile(fileOf(kernel))));
    expect(errors.slice(0, 3)).toEqual([]);
    expect(valid).toBe(true);
  });

  it("refuses what is not a registry", () => {
    const file = fileOf("6.1");
    const [first] = file.kfuncs;
    const wrong = [
      {},
      { ...file, kernel: "newest" },
      { ...file, kfuncs: [{ ...first, flags: ["ACQUIRE"] }] },
      { ...file, kfuncs: [{ ...first, registrations: [] }] },
      { ...file, kfuncs: [{ ...first, comment: "" }] },
    ];
    for (const value of wrong) expect(validator.validate(value).valid).toBe(false);
  });
});
