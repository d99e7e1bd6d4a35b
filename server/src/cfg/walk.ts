// Visits what an instruction or terminator is made of.
import { assertNever } from "../base/assert-never.ts";
import type { Expr, Instruction, Place, Terminator } from "./ir.ts";

export interface Visitor {
  expr?(expr: Expr): void;
  place?(place: Place): void;
}

export function visitInstruction(instruction: Instruction, visitor: Visitor): void {
  switch (instruction.kind) {
    case "assign":
      visitPlace(instruction.target, visitor);
      visitExpr(instruction.value, visitor);
      return;
    case "copy":
      visitPlace(instruction.target, visitor);
      visitPlace(instruction.source, visitor);
      return;
    case "zero":
      visitPlace(instruction.target, visitor);
      return;
    case "declare":
    case "forget":
      return;
    case "call":
      if (instruction.callee.kind === "pointer") visitExpr(instruction.callee.value, visitor);
      for (const arg of instruction.args) visitExpr(arg, visitor);
      return;
    case "asm":
      for (const place of instruction.outputs) visitPlace(place, visitor);
      for (const input of instruction.inputs) visitExpr(input, visitor);
      return;
    case "discard":
      visitExpr(instruction.value, visitor);
      return;
    default:
      assertNever(instruction);
  }
}

export function visitTerminator(terminator: Terminator, visitor: Visitor): void {
  if (terminator.kind === "branch") visitExpr(terminator.test, visitor);
  else if (terminator.kind === "switch") visitExpr(terminator.value, visitor);
  else if (terminator.kind === "return" && terminator.value !== undefined) visitExpr(terminator.value, visitor);
}

export function visitExpr(expr: Expr, visitor: Visitor): void {
  visitor.expr?.(expr);
  switch (expr.kind) {
    case "load":
    case "address":
      visitPlace(expr.place, visitor);
      return;
    case "unary":
    case "cast":
      visitExpr(expr.operand, visitor);
      return;
    case "binary":
      visitExpr(expr.left, visitor);
      visitExpr(expr.right, visitor);
      return;
    case "offset":
      visitExpr(expr.base, visitor);
      visitExpr(expr.index, visitor);
      return;
    default:
      return;
  }
}

export function visitPlace(place: Place, visitor: Visitor): void {
  visitor.place?.(place);
  switch (place.kind) {
    case "deref":
      visitExpr(place.pointer, visitor);
      return;
    case "member":
      visitPlace(place.base, visitor);
      return;
    case "element":
      visitPlace(place.base, visitor);
      visitExpr(place.index, visitor);
      return;
    default:
      return;
  }
}

/** Is memory read that the program may not be allowed to read, or that somebody else writes? */
export function readsMemory(expr: Expr): boolean {
  let found = false;
  visitExpr(expr, {
    expr(inner) {
      found ||= inner.kind === "load" && inner.volatile === true;
    },
    place(place) {
      found ||= place.kind === "deref";
    },
  });
  return found;
}

export function targetsOf(terminator: Terminator): readonly number[] {
  switch (terminator.kind) {
    case "goto":
      return [terminator.target];
    case "branch":
      return [terminator.whenTrue, terminator.whenFalse];
    case "switch":
      return [...terminator.cases.map((one) => one.target), terminator.otherwise];
    case "any":
      return terminator.targets;
    case "return":
    case "unreachable":
      return [];
    default:
      return assertNever(terminator);
  }
}

export function retarget(terminator: Terminator, to: (target: number) => number): Terminator {
  switch (terminator.kind) {
    case "goto":
      return { ...terminator, target: to(terminator.target) };
    case "branch":
      return { ...terminator, whenTrue: to(terminator.whenTrue), whenFalse: to(terminator.whenFalse) };
    case "switch":
      return {
        ...terminator,
        cases: terminator.cases.map((one) => ({ ...one, target: to(one.target) })),
        otherwise: to(terminator.otherwise),
      };
    case "any":
      return { ...terminator, targets: [...new Set(terminator.targets.map(to))] };
    case "return":
    case "unreachable":
      return terminator;
    default:
      return assertNever(terminator);
  }
}
