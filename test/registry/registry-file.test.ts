// Registry files: written from facts, read back as facts, refused with the place of the mistake.
import { describe, expect, it } from "vitest";
import { builtinKernels, factsFromRegistryFile, kernelEffects, loadKernel } from "../../server/src/registry/index.ts";
import { nearestKernel } from "../../server/src/registry/kernel-version.ts";
import {
  type RegistryFile,
  registryEntries,
  splitConditions,
  writeRegistryFile,
} from "../../server/src/registry/registry-file.ts";

function fileOf(kernel: string, source: "kernel" | "modules" = "kernel"): RegistryFile {
  const { kfuncs, provenance } = loadKernel(kernel);
  return {
    kernel,
    provenance: { ...provenance, source, unreadable: [{ file: "kernel/a.c", line: 3, what: "BTF_ID_FLAGS(x)" }] },
    kfuncs: registryEntries(kfuncs, kernel),
  };
}

describe("registry files", () => {
  it.each(builtinKernels())("give back the facts of %s", (kernel) => {
    const text = writeRegistryFile(fileOf(kernel));
    expect(text.split("\n").filter((line) => line.startsWith('{"name":"bpf_ct_')).length).toBeGreaterThan(5);
    expect(factsFromRegistryFile(text, "r.json")).toEqual(loadKernel(kernel));
  });

  it("take what they do not say from the nearest kernel, and the rules from their own version", () => {
    const facts = factsFromRegistryFile(writeRegistryFile({ ...fileOf("6.12"), kernel: "6.8" }), "r.json");
    expect(facts.kernel).toBe("6.8");
    expect(facts.helpers === loadKernel("6.12").helpers).toBe(true);
    expect(kernelEffects(facts).rules).toMatchObject({ implicitRcu: true, trustByDefault: false });
  });

  it("of modules add to the kernel's own kfuncs", () => {
    const own = { ...fileOf("6.12").kfuncs[0]!, name: "my_module_call", module: "mine" };
    const facts = factsFromRegistryFile(writeRegistryFile({ ...fileOf("7.2", "modules"), kfuncs: [own] }), "r.json");
    expect(facts.kfuncs).toHaveLength(loadKernel("7.2").kfuncs.length + 1);
    expect(facts.kfuncs.find(({ name }) => name === "my_module_call")).toMatchObject({ module: "mine" });
  });

  it("are refused by file, place and what should be there", () => {
    const read = (change: (file: Record<string, unknown>) => void): string => {
      const file = JSON.parse(writeRegistryFile(fileOf("6.1"))) as Record<string, unknown>;
      change(file);
      try {
        factsFromRegistryFile(JSON.stringify(file), "my.json");
      } catch (error) {
        return error instanceof Error ? error.message : "";
      }
      return "no error";
    };
    expect(() => factsFromRegistryFile("{", "my.json")).toThrow(/^my\.json is not JSON: /);
    expect(() => factsFromRegistryFile("null", "my.json")).toThrow(/the file should be an object/);
    expect(read((file) => delete file["kfuncs"])).toMatch(/^my\.json .*the file should be an object with "kfuncs"/);
    expect(read((file) => Object.assign(file, { kernel: "new" }))).toContain(
      'kernel should be a version such as "6.6"',
    );
    expect(read((file) => Object.assign((file["kfuncs"] as object[])[2]!, { params: [{ name: 1 }] }))).toContain(
      "kfuncs[2].params[0].name should be a string",
    );
  });

  it("keep conditions apart", () => {
    expect(splitConditions("CONFIG_A && !CONFIG_B && (A || (B && C))")).toEqual([
      "CONFIG_A",
      "!CONFIG_B",
      "(A || (B && C))",
    ]);
    expect(splitConditions("(A || B)")).toEqual(["A || B"]);
  });

  it("nearest is counted in releases", () => {
    expect(nearestKernel("6.6", ["6.1", "6.12", "7.2"])).toBe("6.1");
    expect(nearestKernel("6.19", ["6.1", "6.12", "7.2"])).toBe("7.2");
    expect(nearestKernel("8.0", ["6.1", "6.12", "7.2"])).toBe("7.2");
    expect(nearestKernel("5.18", ["6.1", "6.12", "7.2"])).toBe("6.1");
  });
});
