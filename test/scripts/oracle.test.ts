// The parts of `npm run oracle` that need no kernel.
import { describe, expect, it } from "vitest";
import { writeArchive } from "../../server/scripts/oracle/cpio.ts";
import { fixtureHash } from "../../server/scripts/oracle/fixtures.ts";
import { type LoadRecord, verdictOf } from "../../server/scripts/oracle/verdicts.ts";

const record: LoadRecord = {
  object: "/job/00000.o",
  program: "p",
  section: "syscall",
  outcome: "refused",
  errno: 22,
  warnings: "",
  log: "",
};

describe("verdicts", () => {
  it("take the verifier's last word and the line where it stood", () => {
    const log = [
      "; struct task_struct *t = bpf_task_from_pid(1); @ prog.c:12",
      "0: (b4) w1 = 1                        ; R1=1",
      "; return 0; @ prog.c:15",
      "5: (95) exit",
      "Unreleased reference id=2 alloc_insn=1",
      "BPF_EXIT instruction in main prog would lead to reference leak",
      "processed 9 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0",
    ].join("\n");
    const verdict = verdictOf({ ...record, log });
    expect(verdict.verdict).toBe("rejected");
    expect(verdict.line).toBe(15);
    expect(verdict.message).toBe(
      "Unreleased reference id=2 alloc_insn=1; BPF_EXIT instruction in main prog would lead to reference leak",
    );
  });

  it("leave out the explanation that newer kernels add", () => {
    const log =
      "1: (85) call x#1\nR1 must be referenced\n\nVerification failed: Memory Safety: title\nReason:\n  words\n";
    expect(verdictOf({ ...record, log }).message).toBe("R1 must be referenced");
  });

  it("tell what was refused before the verifier looked", () => {
    const warnings =
      "libbpf: extern (func ksym) 'x': not found in kernel or module BTFs\nlibbpf: failed to load object 'a'\n";
    const verdict = verdictOf({ ...record, outcome: "unloadable", warnings });
    expect(verdict.verdict).toBe("unloadable");
    expect(verdict.message).toContain("not found in kernel or module BTFs");
    expect(verdictOf({ ...record, outcome: "timeout" }).message).toBe("timeout");
  });

  it("do not take a full log for a verdict", () => {
    expect(verdictOf({ ...record, errno: 28, log: "0: (95) exit\n" }).verdict).toBe("unloadable");
  });
});

describe("archives", () => {
  it("are newc, padded, and end with the trailer", () => {
    const archive = writeArchive([{ path: "job/a", mode: 0o644, data: Buffer.from("hello") }]);
    expect(archive.length % 512).toBe(0);
    const text = archive.toString("latin1");
    expect(text.startsWith("070701")).toBe(true);
    expect(text.indexOf("job/a\0")).toBe(110);
    expect(text.slice(116, 121)).toBe("hello");
    expect(text.indexOf("070701", 6) % 4).toBe(0);
    expect(text).toContain("TRAILER!!!");
  });
});

describe("the hash of a fixture", () => {
  it("does not see comments and white space, and sees everything else", () => {
    const text = "int a;\n/* b */ int  c; // d\n";
    expect(fixtureHash(text)).toBe(fixtureHash("int a; int c;"));
    expect(fixtureHash(text)).not.toBe(fixtureHash("int a; int e;"));
  });
});
