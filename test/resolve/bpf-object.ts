// A compiled BPF object with calls of kernel functions, as clang would leave it.
import { machineBpf } from "../../server/src/btf/elf.ts";
import { BtfWriter } from "../btf/btf-writer.ts";
import { executable, type SymbolToWrite, writeElf } from "../btf/elf-writer.ts";

export interface ObjectToWrite {
  /** Declares the externs: answers what goes into .ksyms. */
  readonly declare: (btf: BtfWriter) => readonly number[];
  readonly symbols: readonly Pick<SymbolToWrite, "name" | "binding">[];
  /** In the order of the program: a call of a symbol, a load of its address, or a call with numbers in it. */
  readonly code: readonly (
    | { readonly call: string }
    | { readonly load: string }
    | { readonly imm: number; readonly off?: number }
  )[];
  readonly section?: string;
  readonly withoutBtf?: boolean;
}

export function writeObject({
  declare,
  symbols,
  code,
  section = ".ksyms",
  withoutBtf = false,
}: ObjectToWrite): Uint8Array {
  const btf = new BtfWriter();
  btf.datasec(section, declare(btf));
  const bytes: number[] = [];
  const relocations: { offset: number; symbol: string; type: number }[] = [];
  for (const step of code) {
    const offset = bytes.length;
    if ("call" in step) {
      // Pseudo call, immediate -1, R_BPF_64_32.
      bytes.push(0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff);
      relocations.push({ offset, symbol: step.call, type: 10 });
    } else if ("load" in step) {
      bytes.push(0x18, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      relocations.push({ offset, symbol: step.load, type: 1 });
    } else {
      const instruction = Buffer.from([0x85, 0x20, 0, 0, 0, 0, 0, 0]);
      instruction.writeInt16LE(step.off ?? 0, 2);
      instruction.writeInt32LE(step.imm, 4);
      bytes.push(...instruction);
    }
  }
  const program = { name: "prog", section: "tc", size: bytes.length, type: 2 };
  return writeElf({
    machine: machineBpf,
    sections: [
      { name: "tc", data: Uint8Array.from(bytes), flags: executable, relocations },
      ...(withoutBtf ? [] : [{ name: ".BTF", data: btf.bytes() }]),
    ],
    symbols: [program, ...symbols],
  });
}
