// Prints a graph for tests and for people who debug: one line an instruction.
import { assertNever } from "../base/assert-never.ts";
import type { CType } from "../model/types.ts";
import type { BasicBlock, ControlFlowGraph, Expr, Instruction, Local, Place, Terminator } from "./ir.ts";

export function printGraph(graph: ControlFlowGraph): string {
  const params = graph.params.map((param) => `${printLocal(param)}: ${printType(param.type)}`).join(", ");
  const head = `${graph.name}(${params}): ${printType(graph.returns)}`;
  const problem = graph.problem === undefined ? [] : [`problem: ${graph.problem.message}`];
  const blocks = graph.order.map((id) => printBlock(graph, graph.blocks[id]!));
  return `${[head, ...problem, ...blocks].join("\n")}\n`;
}

function printBlock(graph: ControlFlowGraph, block: BasicBlock): string {
  const loop = graph.loopHeads.has(block.id) ? " (loop)" : "";
  const lines = [...block.instructions.map(printInstruction), printTerminator(block.terminator)];
  return `b${block.id}:${loop}\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

export function printInstruction(instruction: Instruction): string {
  switch (instruction.kind) {
    case "assign":
      return `${printPlace(instruction.target)} ${instruction.initial ? ":=" : "="} ${printExpr(instruction.value)}`;
    case "copy":
      return `copy ${printPlace(instruction.target)} = ${printPlace(instruction.source)}`;
    case "zero":
      return `zero ${printPlace(instruction.target)}`;
    case "declare":
      return `declare ${printLocal(instruction.local)}`;
    case "forget":
      return `forget ${printLocal(instruction.local)}`;
    case "call": {
      const { callee } = instruction;
      const name = callee.kind === "name" ? callee.name : `*(${printExpr(callee.value)})`;
      const args = instruction.args.map(printExpr).join(", ");
      const result = instruction.result === undefined ? "" : `${printLocal(instruction.result)} = `;
      return `${result}${instruction.cleanup ? "cleanup" : "call"} ${name}(${args})`;
    }
    case "asm": {
      const outputs = instruction.outputs.map(printPlace).join(", ");
      const inputs = instruction.inputs.map(printExpr).join(", ");
      return `asm ${JSON.stringify(instruction.template)} out(${outputs}) in(${inputs})${instruction.clobbersMemory ? " memory" : ""}`;
    }
    case "discard":
      return `discard ${printExpr(instruction.value)}`;
    default:
      return assertNever(instruction);
  }
}

export function printTerminator(terminator: Terminator): string {
  switch (terminator.kind) {
    case "goto":
      return `goto b${terminator.target}`;
    case "branch":
      return `if ${printExpr(terminator.test)} then b${terminator.whenTrue} else b${terminator.whenFalse}`;
    case "switch": {
      const cases = terminator.cases.map(({ low, high, target }) => {
        const range = low === high ? `${low ?? "?"}` : `${low ?? "?"}...${high ?? "?"}`;
        return `${range}: b${target}`;
      });
      return `switch ${printExpr(terminator.value)} {${[...cases, `default: b${terminator.otherwise}`].join(", ")}}`;
    }
    case "any":
      return `any ${terminator.targets.map((target) => `b${target}`).join(", ")}`;
    case "return":
      return terminator.value === undefined ? "return" : `return ${printExpr(terminator.value)}`;
    case "unreachable":
      return "unreachable";
    default:
      return assertNever(terminator);
  }
}

export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case "const":
      return expr.value === undefined ? "huge" : String(expr.value);
    case "string":
      return JSON.stringify(expr.value);
    case "load":
      return expr.volatile === true ? `volatile ${printPlace(expr.place)}` : printPlace(expr.place);
    case "address":
      return `&${printPlace(expr.place)}`;
    case "function":
      return expr.name;
    case "unary":
      return `${expr.op}${printOperand(expr.operand)}`;
    case "binary":
      return `${printOperand(expr.left)} ${expr.op} ${printOperand(expr.right)}`;
    case "offset":
      return `${printOperand(expr.base)} ${expr.negative ? "-" : "+"}[${expr.elementSize ?? "?"}] ${printOperand(expr.index)}`;
    case "cast":
      return `(${printType(expr.type)})${printOperand(expr.operand)}`;
    case "offsetof":
      return `offsetof(${printType(expr.record)}, ${expr.path.join(".")})`;
    case "type-id":
      return `type-id(${printType(expr.record)})`;
    case "unknown":
      return expr.key === undefined ? "unknown" : `unknown<${expr.key}>`;
    default:
      return assertNever(expr);
  }
}

function printOperand(expr: Expr): string {
  return expr.kind === "binary" || expr.kind === "offset" ? `(${printExpr(expr)})` : printExpr(expr);
}

export function printPlace(place: Place): string {
  switch (place.kind) {
    case "local":
      return printLocal(place.local);
    case "global":
      return `@${place.name}`;
    case "deref":
      return `*${printOperand(place.pointer)}`;
    case "member":
      return place.base.kind === "deref"
        ? `${printOperand(place.base.pointer)}->${place.name}`
        : `${printPlace(place.base)}.${place.name}`;
    case "element":
      return `${printPlace(place.base)}[${printExpr(place.index)}]`;
    default:
      return assertNever(place);
  }
}

/** Shadowed names are told apart by the number behind. */
export function printLocal(local: Local): string {
  return local.name === "" ? `t${local.id}` : `${local.name}.${local.id}`;
}

export function printType(type: CType): string {
  switch (type.kind) {
    case "void":
    case "unknown":
      return type.kind;
    case "int":
      return type.bool ? "bool" : `${type.signed ? "s" : "u"}${type.bits}`;
    case "float":
      return `f${type.bits}`;
    case "enum":
      return `enum ${type.tag ?? "{}"}`;
    case "pointer":
      return `${printType(type.to)}${type.tags.map((tag) => ` __${tag}`).join("")} *`;
    case "array":
      return `${printType(type.of)}[${type.length ?? ""}]`;
    case "record":
      return `${type.union ? "union" : "struct"} ${type.tag ?? type.id}`;
    case "function":
      return `${printType(type.returns)} (${type.params.map((param) => printType(param.type)).join(", ")})`;
    default:
      return assertNever(type);
  }
}
