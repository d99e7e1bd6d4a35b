// What loaders make of the names in an object. The verdicts are libbpf's, as it gave them for programs like these.
import { describe, expect, it } from "vitest";
import { Btf } from "../../server/src/btf/btf.ts";
import { Elf } from "../../server/src/btf/elf.ts";
import { openBtf } from "../../server/src/btf/kernel-btf.ts";
import { BtfError } from "../../server/src/btf/piece.ts";
import { readBpfObject } from "../../server/src/resolve/bpf-object.ts";
import { Kernel } from "../../server/src/resolve/kernel.ts";
import { resolveLikeLibbpf } from "../../server/src/resolve/libbpf.ts";
import { resolveLikeProgBtf } from "../../server/src/resolve/prog-btf.ts";
import { BtfWriter } from "../btf/btf-writer.ts";
import { writeElf } from "../btf/elf-writer.ts";
import { randomNumbers } from "../support/random.ts";
import { type ObjectToWrite, writeObject } from "./bpf-object.ts";

const piece = (bytes: Uint8Array, file: string) => ({ file, start: 0, bytes });
const extern = 2;

const vmlinux = new BtfWriter();
const int = vmlinux.int("int");
const u64 = vmlinux.modifier("typedef", vmlinux.int("long unsigned int", 8), "u64");
const task = vmlinux.ptr(vmlinux.struct("task_struct", [["pid", int]]));
const aux = vmlinux.ptr(vmlinux.struct("bpf_prog_aux"));
const kind = vmlinux.enum64("kind", ["A"]);
const acquire = vmlinux.kfunc("bpf_task_acquire", task, [["p", task]]);
vmlinux.kfunc("bpf_task_release", 0, [["p", task]]);
vmlinux.kfunc("bpf_kind", int, [
  ["kind", kind],
  ["n", u64],
]);
vmlinux.kfunc("scx_insert", 0, [["p", task]]);
vmlinux.kfunc("scx_insert___v2", int, [["p", task]]);
vmlinux.kfunc("bpf_wq_start", int, [["flags", int]]);
const full = vmlinux.proto(int, [
  ["flags", int],
  ["aux", aux],
]);
vmlinux.func("bpf_wq_start_impl", full);
vmlinux.func("schedule", vmlinux.proto(0, []));
vmlinux.var("bpf_prog_active", int);

const conntrack = new BtfWriter({ base: vmlinux });
const released = conntrack.kfunc("bpf_ct_release", 0, [["nfct", conntrack.ptr(conntrack.struct("nf_conn"))]]);
const other = new BtfWriter({ base: vmlinux });
const twin = other.kfunc("bpf_ct_release", 0, [["nfct", other.ptr(other.struct("nf_conn"))]]);
other.kfunc("bpf_task_acquire", task, [["p", task]]);

const base = new Btf(piece(vmlinux.bytes(), "vmlinux"));
const kernel = new Kernel({ name: "vmlinux", btf: base }, [
  { name: "nf_conntrack", btf: new Btf(piece(conntrack.bytes(), "nf_conntrack"), base) },
  { name: "other", btf: new Btf(piece(other.bytes(), "other"), base) },
]);

function read(written: ObjectToWrite) {
  const bytes = piece(writeObject(written), "prog.o");
  const elf = new Elf(bytes);
  return readBpfObject(elf, elf.section(".BTF") === undefined ? undefined : openBtf(bytes).btf);
}

/** An object that calls one extern. */
function calling(name: string, prototype: (btf: BtfWriter) => number, weak = false): ObjectToWrite {
  return {
    declare: (btf) => [btf.func(name, prototype(btf), extern)],
    symbols: [{ name, binding: weak ? "weak" : "global" }],
    code: [{ call: name }],
  };
}

const pointerTo = (btf: BtfWriter, name: string) => btf.ptr(btf.struct(name));
const onTask = (btf: BtfWriter, param = pointerTo(btf, "task_struct")) =>
  btf.proto(pointerTo(btf, "task_struct"), [["p", param]]);
const libbpf = (written: ObjectToWrite) => resolveLikeLibbpf(read(written), kernel);

describe("libbpf resolves", () => {
  it("by the name of the FUNC, in vmlinux first", () => {
    expect(libbpf(calling("bpf_task_acquire", onTask))).toMatchObject([
      {
        name: "bpf_task_acquire",
        declared: "struct task_struct *bpf_task_acquire(struct task_struct *p)",
        verdict: "resolved",
        fails: false,
        found: {
          btf: "vmlinux",
          id: acquire,
          declaration: "struct task_struct *bpf_task_acquire(struct task_struct *p)",
        },
        alsoIn: [{ btf: "other" }],
        calls: [{ section: "tc", instruction: 0, function: "prog" }],
      },
    ]);
  });

  it("in the first module that has it, and says who else does", () => {
    expect(libbpf(calling("bpf_ct_release", (btf) => btf.proto(0, [["c", pointerTo(btf, "nf_conn")]])))).toMatchObject([
      {
        verdict: "resolved",
        found: { btf: "nf_conntrack", id: released },
        alsoIn: [{ btf: "other", id: twin }],
        notes: [`also defined in other [${twin}]; resolution by name takes nf_conntrack`],
      },
    ]);
  });

  it("in a module with a base of its own, under the id it will have in the kernel", () => {
    const distilled = new BtfWriter();
    const alien = distilled.ptr(distilled.struct("task_struct"));
    const module = new BtfWriter({ base: distilled });
    const own = module.kfunc("alien_kfunc", 0, [["p", alien]]);
    const file = writeElf({
      sections: [
        { name: ".BTF.base", data: distilled.bytes() },
        { name: ".BTF", data: module.bytes() },
      ],
    });
    const alienKernel = new Kernel({ name: "vmlinux", btf: base }, [
      { name: "alien", ...openBtf(piece(file, "alien.ko"), base) },
    ]);
    const declared = (btf: BtfWriter) => btf.proto(0, [["p", pointerTo(btf, "task_struct")]]);
    expect(resolveLikeLibbpf(read(calling("alien_kfunc", declared)), alienKernel)).toMatchObject([
      { verdict: "resolved", found: { btf: "alien", id: own - distilled.endId + vmlinux.endId } },
    ]);
  });

  it("without the last ___suffix", () => {
    expect(libbpf(calling("bpf_task_acquire___mine", onTask))).toMatchObject([
      { name: "bpf_task_acquire___mine", lookedUp: "bpf_task_acquire", verdict: "resolved" },
    ]);
    expect(libbpf(calling("bpf_task_acquire___a___b", onTask))).toMatchObject([
      { lookedUp: "bpf_task_acquire___a", verdict: "not-found", fails: true },
    ]);
    expect(libbpf(calling("bpf_task_acquire____x", onTask))).toMatchObject([{ lookedUp: "bpf_task_acquire____x" }]);
    expect(libbpf(calling("bpf_task_acquire___", onTask))).toMatchObject([{ lookedUp: "bpf_task_acquire___" }]);
  });

  it("something else when the kernel's own name ends in a suffix", () => {
    const declared = (btf: BtfWriter) => btf.proto(btf.int("int"), [["p", pointerTo(btf, "task_struct")]]);
    expect(libbpf(calling("scx_insert___v2", declared))).toMatchObject([
      {
        lookedUp: "scx_insert",
        verdict: "incompatible",
        reason: 'return type is "int" where the kernel has "void"',
        notes: [
          "vmlinux has a function of the full name; libbpf drops the last suffix, so declare scx_insert___v2___compat to call it",
        ],
      },
    ]);
    expect(libbpf(calling("scx_insert___v2___compat", declared))).toMatchObject([{ verdict: "resolved" }]);
  });

  it("a function that is no kfunc, which the verifier will refuse", () => {
    const [resolution] = libbpf(calling("schedule", (btf) => btf.proto(0, [])));
    expect(resolution).toMatchObject({ verdict: "resolved", fails: false });
    expect(resolution?.notes).toEqual([
      "vmlinux has this function, but it is no kfunc: the verifier refuses to call it",
    ]);
  });
});

describe("prototypes fit", () => {
  it.each<readonly [string, string, (btf: BtfWriter) => number]>([
    ["a struct of another name", "bpf_task_acquire", (btf) => onTask(btf, pointerTo(btf, "my_task"))],
    [
      "qualifiers and typedefs",
      "bpf_task_acquire",
      (btf) => onTask(btf, btf.modifier("typedef", btf.modifier("const", pointerTo(btf, "t")), "t")),
    ],
    [
      "enum for enum64, integers of any size",
      "bpf_kind",
      (btf) =>
        btf.proto(btf.int("char", 1), [
          ["k", btf.enum("e", ["A"])],
          ["n", btf.int("short", 2)],
        ]),
    ],
  ])("with %s", (_, name, prototype) => {
    expect(libbpf(calling(name, prototype))).toMatchObject([{ verdict: "resolved" }]);
  });

  it.each<readonly [string, string, (btf: BtfWriter) => number, string]>([
    [
      "another number of parameters",
      "bpf_task_acquire",
      (btf) => btf.proto(pointerTo(btf, "t"), []),
      "0 parameters where the kernel has 1",
    ],
    [
      "void * for a struct",
      "bpf_task_acquire",
      (btf) => onTask(btf, btf.ptr(0)),
      'parameter 1 is "void *" where the kernel has "struct task_struct *"',
    ],
    [
      "an integer for a pointer",
      "bpf_task_acquire",
      (btf) => onTask(btf, btf.int("int")),
      'parameter 1 is "int" where the kernel has "struct task_struct *"',
    ],
    [
      "a struct that is only declared",
      "bpf_task_acquire",
      (btf) => onTask(btf, btf.ptr(btf.fwd("task_struct"))),
      'parameter 1 is "struct task_struct *", but "struct task_struct" is only declared: define it, or include vmlinux.h; the kernel has "struct task_struct *"',
    ],
    [
      "another return type",
      "bpf_task_release",
      (btf) => onTask(btf),
      'return type is "struct task_struct *" where the kernel has "void"',
    ],
  ])("not with %s", (_, name, prototype, reason) => {
    expect(libbpf(calling(name, prototype))).toMatchObject([{ verdict: "incompatible", fails: true, reason }]);
    expect(libbpf(calling(name, prototype, true))).toMatchObject([{ verdict: "incompatible", fails: false, reason }]);
  });

  it("not with what the verifier supplies", () => {
    const long = (btf: BtfWriter) =>
      btf.proto(btf.int("int"), [
        ["flags", btf.int("int")],
        ["aux", pointerTo(btf, "bpf_prog_aux")],
      ]);
    expect(libbpf(calling("bpf_wq_start", long))).toMatchObject([
      {
        verdict: "incompatible",
        reason: "2 parameters where the kernel has 1",
        notes: ["the verifier supplies the last declared parameter: declare the function without"],
      },
    ]);
    expect(libbpf(calling("bpf_wq_start_impl", long))).toMatchObject([
      {
        verdict: "resolved",
        notes: [
          "vmlinux has this function, but it is no kfunc: the verifier refuses to call it; declare int bpf_wq_start(int flags)",
        ],
      },
    ]);
  });

  it("or comparing them ends, whatever they contain", () => {
    const vicious = (btf: BtfWriter) =>
      btf.proto(
        btf.endId,
        Array.from({ length: 200 }, () => ["", btf.endId] as const),
      );
    expect(() => libbpf(calling("bpf_task_acquire", vicious))).toThrow(
      "the type is nested too deeply, or contains itself",
    );
  });
});

describe("libbpf does not resolve", () => {
  it("what no BTF has, unless it is weak", () => {
    const gone = (btf: BtfWriter) => btf.proto(0, []);
    const reason = "bpf_gone is in none of the BTFs given";
    expect(libbpf(calling("bpf_gone", gone))).toMatchObject([{ verdict: "not-found", fails: true, reason }]);
    expect(libbpf(calling("bpf_gone", gone, true))).toMatchObject([{ verdict: "not-found", fails: false, reason }]);
  });

  it("an extern outside of .ksyms, or one without type information", () => {
    const written = calling("bpf_task_acquire", onTask);
    expect(libbpf({ ...written, section: ".other" })).toMatchObject([{ verdict: "not-a-ksym", fails: true }]);
    expect(libbpf({ ...written, withoutBtf: true })).toMatchObject([{ verdict: "no-declaration", fails: true }]);
    expect(libbpf({ ...written, section: ".kconfig" })).toEqual([]);
  });

  it("variables of another type, not even weak ones", () => {
    const variable = (name: string, type: (btf: BtfWriter) => number, weak = false): ObjectToWrite => ({
      declare: (btf) => [btf.var(name, type(btf), extern)],
      symbols: [{ name, binding: weak ? "weak" : "global" }],
      code: [{ load: name }],
    });
    expect(libbpf(variable("bpf_prog_active", (btf) => btf.modifier("const", btf.int("int"))))).toMatchObject([
      { kind: "var", verdict: "resolved", addressTaken: 1, calls: [] },
    ]);
    expect(libbpf(variable("bpf_prog_active", (btf) => btf.struct("s"), true))).toMatchObject([
      { verdict: "incompatible", fails: true, reason: 'the variable is "struct s" where the kernel has "int"' },
    ]);
    expect(libbpf(variable("bpf_link_fops", (btf) => btf.modifier("const", 0)))).toMatchObject([
      { verdict: "not-judged", fails: false },
    ]);
    expect(libbpf(variable("bpf_gone", (btf) => btf.int("int")))).toMatchObject([
      { verdict: "not-found", fails: true },
    ]);
  });
});

describe("the proposal for signed loaders", () => {
  const progBtf = (written: ObjectToWrite) => resolveLikeProgBtf(read(written), kernel);
  /** The first type is a struct, the second the FUNC_PROTO, the third the FUNC. */
  const fixed = (code: ObjectToWrite["code"], name = "bpf_task_acquire"): ObjectToWrite => ({
    declare: (btf) => {
      btf.struct("s");
      return [btf.func(name, btf.proto(0, []), extern)];
    },
    symbols: [],
    code,
  });

  it("takes the id of the FUNC in the program's own BTF, and looks at the name only", () => {
    expect(progBtf(fixed([{ imm: 3 }, { imm: 3 }]))).toMatchObject([
      {
        name: "bpf_task_acquire",
        verdict: "resolved",
        found: { btf: "vmlinux", id: acquire },
        calls: [{ instruction: 0 }, { instruction: 1 }],
      },
    ]);
    expect(progBtf(calling("bpf_task_acquire", onTask))).toMatchObject([
      { verdict: "resolved", found: { btf: "vmlinux" } },
    ]);
  });

  it.each<readonly [string, ObjectToWrite, string, string]>([
    [
      "another offset",
      fixed([{ imm: 3, off: 1 }]),
      "requires-prog-btf",
      "requires prog BTF and offset 0, not offset 1",
    ],
    ["no BTF", { ...fixed([{ imm: 3 }]), withoutBtf: true }, "requires-prog-btf", "requires prog BTF and offset 0"],
    ["a struct", fixed([{ imm: 1 }]), "not-a-func", "not a FUNC in prog BTF: type id 1"],
    ["an id that does not exist", fixed([{ imm: -5 }]), "not-a-func", "not a FUNC in prog BTF: type id -5"],
    ["a FUNC without a name", fixed([{ imm: 3 }], ""), "no-name", "FUNC has no name: type id 3"],
    ["a name that vmlinux does not have", fixed([{ imm: 3 }], "bpf_gone"), "not-found", "not found in vmlinux BTF"],
    [
      "a suffix, which is not dropped",
      fixed([{ imm: 3 }], "bpf_task_acquire___x"),
      "not-found",
      "not found in vmlinux BTF",
    ],
  ])("refuses %s", (_, written, verdict, reason) => {
    expect(progBtf(written)).toMatchObject([{ verdict, fails: true, reason }]);
  });

  it("does not search modules", () => {
    expect(progBtf(fixed([{ imm: 3 }], "bpf_ct_release"))).toMatchObject([
      {
        verdict: "not-found",
        notes: ["nf_conntrack has it, but modules are not searched", "other has it, but modules are not searched"],
      },
    ]);
  });
});

describe("calls that were fixed before", () => {
  const call = (imm: number, off = 0): ObjectToWrite => ({ declare: () => [], symbols: [], code: [{ imm, off }] });

  it("are read as the kernel will read them", () => {
    expect(libbpf(call(acquire))).toMatchObject([{ name: "bpf_task_acquire", verdict: "resolved", fails: false }]);
    expect(libbpf(call(int))).toMatchObject([{ verdict: "not-a-func", fails: true }]);
    expect(libbpf(call(acquire, 1))).toMatchObject([{ verdict: "not-judged", fails: false }]);
  });
});

describe("damaged objects", () => {
  it("may not name functions without end, or a function with parameters without end", () => {
    const names = Array.from({ length: 5000 }, (_, index) => ({ name: `f${index}` }));
    expect(() => libbpf({ declare: () => [], symbols: names, code: [] })).toThrow(
      "prog.o: names more than 4096 kernel functions",
    );
    const wide = (btf: BtfWriter) =>
      btf.proto(
        0,
        Array.from({ length: 5000 }, () => ["", 0] as const),
      );
    expect(() => libbpf(calling("bpf_task_acquire", wide))).toThrow("a function with 5000 parameters");
  });

  it("give an error or an answer, in bounded time", () => {
    const whole = writeObject({
      declare: (btf) => [
        btf.func("bpf_task_acquire", onTask(btf), extern),
        btf.var("bpf_prog_active", btf.int("int"), extern),
      ],
      symbols: [{ name: "bpf_task_acquire" }, { name: "bpf_prog_active", binding: "weak" }],
      code: [{ call: "bpf_task_acquire" }, { load: "bpf_prog_active" }, { imm: 3 }],
    });
    const random = randomNumbers(7);
    let answers = 0;
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from(whole);
      for (let changes = random(4); changes >= 0; changes--) {
        const interesting = [0, 1, 0x7f, 0xff, random(256)];
        bytes[random(bytes.length)] = interesting[random(interesting.length)]!;
      }
      try {
        const damaged = piece(random(5) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes, "prog.o");
        const elf = new Elf(damaged);
        const object = readBpfObject(elf, elf.section(".BTF") === undefined ? undefined : openBtf(damaged).btf);
        resolveLikeLibbpf(object, kernel);
        resolveLikeProgBtf(object, kernel);
        answers++;
      } catch (error) {
        expect(error).toBeInstanceOf(BtfError);
      }
    }
    expect(answers).toBeGreaterThan(100);
  });
});
