import { describe, expect, it } from "vitest";
import { factOf } from "../../server/scripts/corpus/facts.ts";
import { hashOfLines, linesOf, locate } from "../../server/scripts/corpus/program-text.ts";

const program = ['SEC("tc")', "int drop(struct __sk_buff *skb)", "{", "\treturn 2;", "}"];
const file = ["// a file", "", ...program, "", 'char _license[] SEC("license") = "GPL";', ""].join("\n");

const fact = factOf({
  file: "drop.c",
  program: "drop",
  section: "tc",
  lines: [3, 7],
  hash: hashOfLines(program),
  verdict: "accepted",
  truth: "kernel",
  kfunc: false,
});

describe("locating the text a verdict was taken on", () => {
  it("finds an unchanged program in its place", () => {
    expect(locate(fact, file)).toBe(3);
  });

  it("finds a program that moved", () => {
    expect(locate(fact, `#include "vmlinux.h"\n#include "x.h"\n${file}`)).toBe(5);
    expect(locate(fact, program.join("\n"))).toBe(1);
  });

  it("does not mind indentation and line ends", () => {
    expect(locate(fact, file.replaceAll("\t", "        ").replaceAll("\n", "\r\n"))).toBe(3);
  });

  it("does not find a program that changed", () => {
    expect(locate(fact, file.replace("return 2", "return 0"))).toBeUndefined();
    expect(locate(fact, "")).toBeUndefined();
  });

  it("takes a macro-generated program only from an unchanged file", () => {
    const made = { ...fact, macroGenerated: true, lines: [8, 8] as const, hash: hashOfLines(linesOf(file)) };
    expect(locate(made, file)).toBe(8);
    expect(locate(made, `\n${file}`)).toBeUndefined();
  });
});
