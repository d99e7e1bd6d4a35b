// What the reader finds in well-formed BTF, and what it says about the rest.
import { describe, expect, it } from "vitest";
import { Btf } from "../../server/src/btf/btf.ts";
import { printType } from "../../server/src/btf/c-type.ts";
import { listKfuncs, openBtf, prototypeOf } from "../../server/src/btf/kernel-btf.ts";
import { kinds } from "../../server/src/btf/kinds.ts";
import { BtfError } from "../../server/src/btf/piece.ts";
import { randomNumbers } from "../support/random.ts";
import { BtfWriter } from "./btf-writer.ts";
import { words, writeElf } from "./elf-writer.ts";

const piece = (bytes: Uint8Array, file = "vmlinux") => ({ file, start: 0, bytes });
const read = (writer: BtfWriter, base?: Btf) => new Btf(piece(writer.bytes()), base);

function kernel(writer = new BtfWriter()) {
  const int = writer.int("int");
  const task = writer.struct("task_struct", [["pid", int]]);
  const pointer = writer.ptr(task);
  const acquire = writer.kfunc("bpf_task_acquire", pointer, [["p", pointer]]);
  const release = writer.kfunc("bpf_task_release", 0, [["p", pointer]]);
  return { writer, int, task, pointer, acquire, release };
}

describe("types", () => {
  it.each([
    ["header of 24 bytes", {}],
    ["header of 32 bytes", { headerLength: 32 }],
    ["the other byte order", { bigEndian: true }],
  ] as const)("are found by name: %s", (_, options) => {
    const { writer, acquire } = kernel(new BtfWriter(options));
    const btf = read(writer);
    expect(btf.findOwn(kinds.func, "bpf_task_acquire")).toEqual([acquire]);
    expect(btf.findOwn(kinds.func, "task_struct")).toEqual([]);
    expect(prototypeOf(btf, acquire)).toEqual({
      returns: "struct task_struct *",
      params: [["struct task_struct *", "p"]],
    });
  });

  it.each([0, 1, 2, 3])("are read at any alignment: %i", (offset) => {
    const { writer, acquire } = kernel();
    const bytes = Buffer.concat([Buffer.alloc(offset), writer.bytes()]).subarray(offset);
    expect(new Btf(piece(bytes)).findOwn(kinds.func, "bpf_task_acquire")).toEqual([acquire]);
  });

  it("are printed as the kernel writes them", () => {
    const writer = new BtfWriter();
    const int = writer.int("int");
    const ulong = writer.int("long unsigned int", 8);
    const u64 = writer.modifier("typedef", ulong, "u64");
    const mask = writer.struct("cpumask");
    const node = writer.ptr(writer.fwd("bpf_rb_node"));
    const constMask = writer.ptr(writer.modifier("const", mask));
    const less = writer.ptr(
      writer.proto(int, [
        ["a", node],
        ["", node],
      ]),
    );
    const rcu = writer.ptr(writer.modifier("typeTag", mask, "rcu"));
    const arena = writer.ptr(writer.raw("address_space(1)", kinds.typeTag, 0, 0, [], 1));
    const constPointer = writer.modifier("const", writer.ptr(writer.modifier("volatile", int)));
    const rows = writer.ptr(writer.array(writer.array(int, 3), 2));
    const mode = writer.enum64("mode", ["A", "B"]);
    const format = writer.ptr(
      writer.proto(0, [
        ["fmt", writer.ptr(int)],
        ["", 0],
      ]),
    );
    const btf = read(writer);
    expect(
      [ulong, u64, constMask, less, rcu, arena, constPointer, rows, mode, format, 0].map((id) => printType(btf, id)),
    ).toEqual([
      "unsigned long",
      "u64",
      "const struct cpumask *",
      "int (*)(struct bpf_rb_node *a, struct bpf_rb_node *)",
      "struct cpumask __rcu *",
      "void __arena *",
      "volatile int *const",
      "int (*)[2][3]",
      "enum mode",
      "void (*)(int *fmt, ...)",
      "void",
    ]);
  });

  it("of kinds unknown today are skipped where the file says how long they are", () => {
    const writer = new BtfWriter({ headerLength: 32 });
    writer.raw("later", 20, 0, 0, [1, 2]);
    writer.raw("later", 21, 3, 0, [1, 2, 3]);
    const int = writer.int("int");
    expect(read(writer).findOwn(kinds.int, "int")).toEqual([int]);
  });

  it("of a module continue those of its kernel", () => {
    const { writer, pointer } = kernel();
    const module = new BtfWriter({ base: writer });
    const own = module.kfunc("module_kfunc", pointer, [["p", module.ptr(module.struct("own"))]]);
    const vmlinux = read(writer);
    const btf = new Btf(piece(module.bytes(), "module"), vmlinux);
    expect(btf.findOwn(kinds.func, "module_kfunc")).toEqual([own]);
    expect(btf.findOwn(kinds.func, "bpf_task_acquire")).toEqual([]);
    expect(prototypeOf(btf, own)).toEqual({ returns: "struct task_struct *", params: [["struct own *", "p"]] });
  });
});

describe("kfuncs", () => {
  const { writer, int, acquire, release } = kernel();
  const hook = writer.func("hook", writer.proto(int, []));
  const btf = { name: ".BTF", data: writer.bytes() };
  const sets = words(0, 7, 2, 1, acquire, 1 | 4 | 128, release, 2, hook, 1, 1, release, 0, 1, 0, hook, 32);

  it("are those that carry the tag, without flags, in raw BTF", () => {
    const kfuncs = listKfuncs(openBtf(piece(writer.bytes())));
    expect(kfuncs?.map(({ name, flags }) => [name, flags])).toEqual([
      ["bpf_task_acquire", undefined],
      ["bpf_task_release", undefined],
    ]);
  });

  it("have the flags of the kernel's sets, recognized where symbols were stripped", () => {
    const image = writeElf({ sections: [btf, { name: ".BTF_ids", data: sets, address: 0x1000 }] });
    expect(listKfuncs(openBtf(piece(image)))).toEqual([
      {
        name: "bpf_task_acquire",
        id: acquire,
        returns: "struct task_struct *",
        params: [["struct task_struct *", "p"]],
        flags: ["KF_ACQUIRE", "KF_RCU", "KF_RET_NULL"],
        sets: [{}],
      },
      {
        name: "bpf_task_release",
        id: release,
        returns: "void",
        params: [["struct task_struct *", "p"]],
        flags: ["KF_RELEASE"],
        sets: [{}, { flags: [] }],
      },
    ]);
  });

  it("have the names of their sets where there are symbols", () => {
    const data = words(0, 2, 0, acquire, 1, release, 2);
    const image = writeElf({
      sections: [btf, { name: ".BTF_ids", data, address: 0x81000000 }],
      symbols: [{ name: "__BTF_ID__set8__tasks", section: ".BTF_ids", value: 0x81000004, size: 24, binding: "local" }],
    });
    expect(listKfuncs(openBtf(piece(image)))?.map(({ name, flags, sets }) => [name, flags, sets])).toEqual([
      ["bpf_task_acquire", ["KF_ACQUIRE"], [{ set: "tasks" }]],
      ["bpf_task_release", ["KF_RELEASE"], [{ set: "tasks" }]],
    ]);
  });

  it("show what the verifier supplies from their long form", () => {
    const writer = new BtfWriter();
    const int = writer.int("int");
    const aux = writer.ptr(writer.struct("bpf_prog_aux"));
    writer.kfunc("bpf_wq_start", int, [["flags", int]]);
    writer.func(
      "bpf_wq_start_impl",
      writer.proto(int, [
        ["flags", int],
        ["aux", aux],
      ]),
    );
    expect(listKfuncs(openBtf(piece(writer.bytes())))).toMatchObject([
      {
        name: "bpf_wq_start",
        params: [
          ["int", "flags"],
          ["struct bpf_prog_aux *", "aux"],
        ],
        hidden: 1,
      },
    ]);
  });

  it("are unknown where nothing marks them", () => {
    const writer = new BtfWriter();
    writer.func("f", writer.proto(0, []));
    expect(listKfuncs(openBtf(piece(writer.bytes())))).toBeUndefined();
  });
});

describe("what is wrong is said with file and offset", () => {
  const typeSection = 24;
  const small = () => {
    const writer = new BtfWriter();
    writer.ptr(writer.int("int"));
    return writer;
  };

  it.each([
    ["no BTF at all", Buffer.from("#!/bin/sh\n"), "vmlinux: at offset 0x0: neither BTF nor an ELF file"],
    [
      "cut header",
      small().bytes().subarray(0, 20),
      "vmlinux: at offset 0x0: BTF header (24 bytes) reaches past the end of the data",
    ],
    ["cut strings", small().bytes().subarray(0, -2), "BTF string section (5 bytes) reaches past the end of the data"],
    [
      "string at 4 GB",
      small().bytes((all) => {
        all[0] = 0xffffffff;
      }),
      "vmlinux: at offset 0x18: string offset 0xffffffff, but strings end at 0x5",
    ],
    [
      "65,535 elements",
      small().bytes((all) => {
        all[1] = (kinds.struct << 24) | 0xffff;
      }),
      "BTF type reaches past the end of the type section",
    ],
    [
      "unknown kind",
      small().bytes((all) => {
        all[1] = 0x7f << 24;
      }),
      "vmlinux: at offset 0x18: BTF type of unknown kind 127",
    ],
    ["version 2", small().bytes().fill(2, 2, 3), "vmlinux: at offset 0x2: BTF version 2; only version 1 is known"],
  ])("%s", (_, bytes, message) => {
    expect(() => openBtf(piece(bytes))).toThrow(message);
    expect(() => openBtf(piece(bytes))).toThrow(BtfError);
  });

  it("types that do not exist", () => {
    const btf = new Btf(
      piece(
        small().bytes((all) => {
          all[6] = 9;
        }),
      ),
    );
    expect(() => printType(btf, 2)).toThrow(
      `vmlinux: at offset 0x${(typeSection + 24).toString(16)}: type id 9, but there are only types 1 to 2`,
    );
    expect(() => btf.kind(77)).toThrow("type [77]: there are only types 1 to 2");
  });

  it.each([
    ["typedef of itself", "typedef"],
    ["qualifier of itself", "const"],
  ] as const)("%s", (_, kind) => {
    const writer = new BtfWriter();
    writer.modifier(kind, 1, "t");
    const btf = read(writer);
    expect(() => btf.skipModifiers(1)).toThrow("more than 32 typedefs and qualifiers in a row, or a cycle of them");
  });

  it("types that contain themselves, many times over", () => {
    const writer = new BtfWriter();
    writer.ptr(2);
    writer.proto(
      1,
      Array.from({ length: 500 }, () => ["", 1] as const),
    );
    expect(() => printType(read(writer), 1)).toThrow("the type is nested too deeply, or contains itself");
  });

  it("a module without its kernel, or with another one", () => {
    const { writer, pointer } = kernel();
    const module = new BtfWriter({ base: writer });
    const own = module.kfunc("module_kfunc", pointer, []);
    expect(() => new Btf(piece(module.bytes(), "m.ko"))).toThrow("BTF of a module needs that of its kernel");
    const other = new BtfWriter();
    other.int("int");
    const wrong = new Btf(piece(other.bytes()));
    const message = "is vmlinux of the same build?";
    expect(() => prototypeOf(new Btf(piece(module.bytes(), "m.ko"), wrong), own - writer.endId + 2)).toThrow(message);
  });
});

describe("damaged files", () => {
  it("give an error or an answer, in bounded time", () => {
    const { writer, acquire } = kernel(new BtfWriter({ headerLength: 32 }));
    writer.datasec(".ksyms", [acquire]);
    writer.enum64("e", ["A"]);
    const whole = writeElf({
      sections: [
        { name: ".BTF", data: writer.bytes() },
        { name: ".BTF_ids", data: words(1, 1, acquire, 1) },
      ],
      symbols: [{ name: "__BTF_ID__set8__s", section: ".BTF_ids", binding: "local" }],
    });
    const random = randomNumbers(1);
    let answers = 0;
    for (let round = 0; round < 4000; round++) {
      const bytes = Uint8Array.from(whole);
      for (let changes = random(4); changes >= 0; changes--) {
        const interesting = [0, 1, 0x7f, 0xff, random(256)];
        bytes[random(bytes.length)] = interesting[random(interesting.length)]!;
      }
      const damaged = random(5) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
      try {
        listKfuncs(openBtf(piece(damaged)));
        answers++;
      } catch (error) {
        expect(error).toBeInstanceOf(BtfError);
      }
    }
    expect(answers).toBeGreaterThan(100);
  });
});
