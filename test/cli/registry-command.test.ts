// `kfunc-ls registry scan` on small folders.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { factsFromRegistryFile } from "../../server/src/registry/index.ts";
import { folderWith, run } from "./run-cli.ts";

const source = `__bpf_kfunc struct thing *thing_get(struct thing *from__nullable) { return from__nullable; }
BTF_KFUNCS_START(things)
BTF_ID_FLAGS(func, thing_get, KF_ACQUIRE | KF_RET_NULL)
STRANGE(things)
BTF_KFUNCS_END(things)
static const struct btf_kfunc_id_set thing_set = { .owner = THIS_MODULE, .set = &things };
static int init(void) { return register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &thing_set); }
`;
const makefile = "VERSION = 6\nPATCHLEVEL = 6\nSUBLEVEL = 30\n";

it("writes the registry of a kernel tree and says what it did not understand", async () => {
  const folder = folderWith({ "linux/Makefile": makefile, "linux/kernel/a.c": source });
  const { code, stdout, stderr } = await run(["registry", "scan", "linux", "-o", "r.json"], { in: folder });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toBe(`1 kfunc of Linux 6.6.30, 1 set entry
not understood, and not in the registry:
  kernel/a.c:4: STRANGE(things) in the set things
`);
  const facts = factsFromRegistryFile(readFileSync(join(folder, "r.json"), "utf8"), "r.json");
  expect(facts.kernel).toBe("6.6");
  expect(facts.kfuncs.map(({ name }) => name)).toEqual(["thing_get"]);
});

it("writes the registry of module sources to standard output", async () => {
  const folder = folderWith({ "mod/sub/a.c": source, "mod/node_modules/b.c": source });
  const { code, stdout, stderr } = await run(["registry", "scan", "mod", "-k", "6.12"], { in: folder });
  expect(code).toBe(0);
  expect(stderr).toContain("1 kfunc of modules for Linux 6.12");
  expect(JSON.parse(stdout)).toMatchObject({
    kernel: "6.12",
    provenance: { source: "modules", package: "mod", unreadable: [{ file: "sub/a.c", line: 4 }] },
    kfuncs: [
      {
        name: "thing_get",
        params: [{ name: "from__nullable", type: "struct thing *", suffixes: ["__nullable"] }],
        registrations: [{ set: "things", programType: "XDP" }],
        file: "sub/a.c",
      },
    ],
  });
});

it("says why a folder will not do", async () => {
  const folder = folderWith({ "old/Makefile": "VERSION = 5\nPATCHLEVEL = 4\n", "empty/a.c": "int x;" });
  const scan = async (...args: string[]) => run(["registry", "scan", ...args], { in: folder });
  expect(await scan("nowhere")).toMatchObject({ code: 2, stderr: "kfunc-ls: nowhere is not a folder\n" });
  expect((await scan("old")).stderr).toBe("kfunc-ls: old is Linux 5.4.0: kfuncs can be read from 5.18 on\n");
  expect((await scan("empty")).stderr).toMatch(/^kfunc-ls: no kfunc is registered in empty: name the top folder/);
  expect((await scan()).code).toBe(2);
});
