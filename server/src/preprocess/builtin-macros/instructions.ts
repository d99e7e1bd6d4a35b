// Instruction fields, for programs that spell out what the assembler cannot.
import type { MacroTable } from "./table.ts";

export const instructionMacros: readonly MacroTable[] = [
  {
    use: "expression",
    text: `
BPF_RAW_INSN(opcode, dst, src, offset, value)
  ((struct bpf_insn){ .code = (opcode), .dst_reg = (dst), .src_reg = (src), .off = (offset), .imm = (value) })
BPF_ATOMIC_OP(size, op, dst, src, offset)
  ((struct bpf_insn){ .code = 0xc3 | (size), .dst_reg = (dst), .src_reg = (src), .off = (offset), .imm = (op) })
BPF_ST_MEM(size, dst, offset, value)
  ((struct bpf_insn){ .code = 0x62 | (size), .dst_reg = (dst), .off = (offset), .imm = (value) })
`,
  },
  {
    use: "anywhere",
    text: `
BPF_W 0x00
BPF_H 0x08
BPF_B 0x10
BPF_DW 0x18
BPF_JMP 0x05
BPF_ATOMIC 0xc0
BPF_LOAD_ACQ 0x100
BPF_STORE_REL 0x110
`,
  },
];
