// `kfunc-ls resolve` as scripts see it: exit status, table, JSON, and what it says about files it cannot use.
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BtfWriter } from "../btf/btf-writer.ts";
import { writeObject } from "../resolve/bpf-object.ts";
import { folderWith, run } from "./run-cli.ts";

const vmlinux = new BtfWriter();
const task = vmlinux.ptr(vmlinux.struct("task_struct"));
vmlinux.kfunc("bpf_task_release", 0, [["p", task]]);
const conntrack = new BtfWriter({ base: vmlinux });
conntrack.kfunc("bpf_ct_release", 0, []);

const names = ["bpf_task_release", "bpf_ct_release", "bpf_gone"];
const object = writeObject({
  declare: (btf) => {
    const taking = btf.proto(0, [["p", btf.ptr(btf.struct("task_struct"))]]);
    const nothing = btf.proto(0, []);
    return names.map((name) => btf.func(name, name === "bpf_task_release" ? taking : nothing, 2));
  },
  symbols: names.map((name) => ({ name, binding: name === "bpf_gone" ? "weak" : "global" })),
  code: names.map((call) => ({ call })),
});
const folder = () =>
  folderWith({
    "a.o": object,
    vmlinux: vmlinux.bytes(),
    nf_conntrack: conntrack.bytes(),
    "text.o": "int main;",
    other: vmlinux.bytes(),
  });

describe("resolve", () => {
  it("prints a table and exits with 1 when the object would not load", async () => {
    const { code, stdout, stderr } = await run(["resolve", "a.o", "--btf", "vmlinux"], { in: folder() });
    expect(stderr).toBe("");
    expect(stdout).toBe(
      [
        "NAME              VERDICT    FOUND IN     DECLARED AS",
        "bpf_task_release  resolved   vmlinux [4]  void bpf_task_release(struct task_struct *p)",
        "bpf_ct_release    not-found  -            void bpf_ct_release(void)",
        "    bpf_ct_release is in none of the BTFs given",
        "bpf_gone (weak)   not-found  -            void bpf_gone(void)",
        "    bpf_gone is in none of the BTFs given",
        "a.o: libbpf would refuse it: 1 of 3 cannot be resolved",
        "",
      ].join("\n"),
    );
    expect(code).toBe(1);
  });

  it("exits with 0 when modules have the rest, or it is weak", async () => {
    const args = ["resolve", "a.o", "--btf", "vmlinux", "--btf", "nf_conntrack", "--format", "json"];
    const { code, stdout } = await run(args, { in: folder() });
    expect(JSON.parse(stdout)).toMatchObject({
      version: "1.2.3",
      object: "a.o",
      loader: "libbpf",
      btf: [
        { name: "vmlinux", file: "vmlinux" },
        { name: "nf_conntrack", file: "nf_conntrack" },
      ],
      externs: [
        { name: "bpf_task_release", verdict: "resolved", weak: false, found: { btf: "vmlinux", id: 4 }, reason: null },
        { name: "bpf_ct_release", verdict: "resolved", found: { btf: "nf_conntrack" } },
        { name: "bpf_gone", verdict: "not-found", weak: true, fails: false, found: null },
      ],
      failed: 0,
    });
    expect(code).toBe(0);
  });

  it("searches vmlinux only for --loader prog-btf", async () => {
    const args = ["resolve", "a.o", "-b", "vmlinux", "-b", "nf_conntrack", "--loader", "prog-btf"];
    const { code, stdout } = await run(args, { in: folder() });
    expect(stdout).toContain(
      "    not found in vmlinux BTF\n    note: nf_conntrack has it, but modules are not searched\n",
    );
    expect(code).toBe(1);
  });

  it("reads a packed kernel image", async () => {
    const packed = gzipSync(vmlinux.bytes());
    const start = 5 * 512;
    const image = Buffer.alloc(start + packed.length + 4);
    image.writeUInt8(4, 0x1f1);
    image.writeUInt16LE(0xaa55, 0x1fe);
    image.write("HdrS", 0x202);
    image.writeUInt16LE(0x20f, 0x206);
    image.writeUInt32LE(packed.length + 4, 0x24c);
    packed.copy(image, start);
    image.writeUInt32LE(vmlinux.bytes().length, start + packed.length);
    const inside = folderWith({ "a.o": object, vmlinuz: image });
    expect((await run(["resolve", "a.o", "--btf", "vmlinuz"], { in: inside })).stdout).toContain("vmlinux [4]");

    image.fill(Buffer.from([0x02, 0x21, 0x4c, 0x18]), start, start + 4);
    const lz4 = folderWith({ "a.o": object, vmlinuz: image });
    const { code, stderr } = await run(["resolve", "a.o", "--btf", "vmlinuz"], { in: lz4 });
    expect(stderr).toContain(
      "vmlinuz: at offset 0x0: packed with lz4, which kfunc-ls could not unpack; unpack it with",
    );
    expect(code).toBe(2);
  });

  it.each([
    ["no BTF named", ["a.o"], "--btf"],
    ["a file that is not there", ["a.o", "--btf", "gone"], "gone: cannot be opened"],
    ["a directory", ["a.o", "--btf", "."], ".: not a regular file"],
    ["text for an object", ["text.o", "--btf", "vmlinux"], "text.o: not an ELF file"],
    ["text for BTF", ["a.o", "--btf", "text.o"], "text.o: at offset 0x0: neither BTF nor an ELF file"],
    ["a module for the kernel", ["a.o", "--btf", "nf_conntrack"], "BTF of a module needs that of its kernel"],
    ["a kernel for a module", ["a.o", "--btf", "vmlinux,other"], "not the BTF of a module"],
  ])("exits with 2 for %s", async (_, args, message) => {
    const { code, stdout, stderr } = await run(["resolve", ...args], { in: folder() });
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});
