// .kfunc-ls.json: found upward, read with care, described by its schema.
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findCompileConfig } from "../../server/src/loaders/compile-config.ts";
import { findToolConfig, readToolConfig } from "../../server/src/loaders/tool-config.ts";
import { folderWith } from "../cli/run-cli.ts";

describe("the configuration of a project", () => {
  it("is the nearest at or above the file, and gives targets and flags", () => {
    const folder = folderWith({
      ".kfunc-ls.json": JSON.stringify({ kernels: ["6.1"] }),
      "bpf/.kfunc-ls.json": JSON.stringify({
        $schema: "x",
        kernels: ["6.12", "7.2"],
        btf: ["a.btf", ["vmlinux", "m.ko"]],
        kernelSource: ["linux"],
        registry: ["r.json"],
        target: "auto",
        includePaths: ["inc"],
        defines: ["A=1"],
      }),
      "bpf/src/a.bpf.c": "",
    });
    const config = findToolConfig(join(folder, "bpf/src/a.bpf.c"));
    expect(config).toEqual({
      path: join(folder, "bpf/.kfunc-ls.json"),
      kernels: ["6.12", "7.2"],
      btf: [[join(folder, "bpf/a.btf")], [join(folder, "bpf/vmlinux"), join(folder, "bpf/m.ko")]],
      kernelSources: [join(folder, "bpf/linux")],
      registries: [join(folder, "bpf/r.json")],
      auto: true,
      flags: { includeDirs: [join(folder, "bpf/inc")], defines: ["A=1"] },
      problems: [],
    });
    const flags = findCompileConfig(join(folder, "bpf/src/a.bpf.c"));
    expect(flags.includeDirs).toContain(join(folder, "bpf/inc"));
    expect(flags.defines).toContain("A=1");
  });

  it("is not looked for above an open folder", () => {
    const folder = folderWith({ ".kfunc-ls.json": "{}", "open/a.bpf.c": "" });
    expect(findToolConfig(join(folder, "open/a.bpf.c"), [join(folder, "open")])).toBeUndefined();
  });

  it("may not name files outside of its folder, through links either", () => {
    const folder = folderWith({ "p/.kfunc-ls.json": "{}", "outside/vmlinux": "" });
    symlinkSync(join(folder, "outside"), join(folder, "p/link"));
    const text = JSON.stringify({ btf: ["../outside/vmlinux", ["link/vmlinux"]], registry: ["/etc/passwd"] });
    const config = readToolConfig(join(folder, "p/.kfunc-ls.json"), text);
    expect(config).toMatchObject({ btf: [], registries: [] });
    expect(config.problems).toHaveLength(3);
    expect(config.problems[0]).toContain("outside of the configuration's folder");
  });

  it("says what is wrong and keeps the rest", () => {
    const text = JSON.stringify({ kernels: "7.2", btf: [3], target: "mine", kernel: [], defines: ["B"] });
    const config = readToolConfig("/p/.kfunc-ls.json", text);
    expect(config).toMatchObject({ kernels: [], btf: [], auto: false, flags: { defines: ["B"] } });
    expect(config.problems).toHaveLength(4);
    for (const broken of ["", "[]", "{", "3", "null"]) {
      expect(readToolConfig("/p/.kfunc-ls.json", broken).problems).toHaveLength(1);
    }
  });

  it("has the keys that its schema describes", () => {
    const schema = JSON.parse(
      readFileSync(new URL("../../server/schemas/config.schema.json", import.meta.url), "utf8"),
    );
    const { problems } = readToolConfig("/p/.kfunc-ls.json", JSON.stringify({ nonsense: 1 }));
    for (const key of Object.keys(schema.properties)) expect(problems[0]).toContain(key);
    const listed = /known are (.*)$/.exec(problems[0]!)![1]!.split(", ");
    expect(listed).toEqual(Object.keys(schema.properties));
  });
});
