// Calls: who is called, what is handed over, where the result goes.
import { returnType } from "../model/expression-type.ts";
import { type CType, unknownType } from "../model/types.ts";
import type { At, Expression } from "../syntax/ast.ts";
import type { Builder } from "./builder.ts";
import { lowerBuiltin } from "./builtins.ts";
import { lowerValue } from "./expressions.ts";
import type { Callee, Expr } from "./ir.ts";

type Call = Extract<Expression, { kind: "call" }>;

/** The result; undefined for void. */
export function lowerCall(builder: Builder, call: Call): Expr | undefined {
  const { at } = call;
  const known = knownCallee(builder, call.callee);
  if (known !== undefined) {
    const value = lowerBuiltin(builder, call, known.name);
    if (value !== undefined) return value.type.kind === "void" ? undefined : value;
  }
  const { draft } = builder;
  const callee: Callee =
    known === undefined
      ? { kind: "pointer", value: lowerValue(builder, call.callee) }
      : { kind: "name", name: known.name };
  const args = lowerArguments(builder, call.args);
  const returns = resultType(builder, call, known);
  const result = returns.kind === "void" ? undefined : draft.temp(returns);
  const nameAt = known?.at ?? call.callee.at;
  draft.emit({ kind: "call", callee, args, result, nameAt, cleanup: false, at });
  return result === undefined ? undefined : builder.loadLocal(result, at);
}

function lowerArguments(builder: Builder, args: readonly Expression[]): readonly Expr[] {
  const { draft } = builder;
  const lowered = args.map((arg) => ({ value: lowerValue(builder, arg), mark: draft.mark() }));
  // Last first, so that what is put in at a mark does not move the earlier ones.
  return lowered
    .reverse()
    .map(({ value, mark }) => draft.settle(value, mark))
    .reverse();
}

function resultType(builder: Builder, call: Call, known: KnownCallee | undefined): CType {
  const type = builder.types.typeOf(call, builder.scope.names);
  if (type.kind !== "unknown" || known === undefined) return type;
  return returnType(builder.types.variable(known.name) ?? unknownType);
}

interface KnownCallee {
  readonly name: string;
  readonly at: At;
}

/** A function by name, through casts, `*` and `&`; or a pointer that is a constant, as libbpf declares helpers. */
function knownCallee(builder: Builder, callee: Expression): KnownCallee | undefined {
  let inner: Expression | undefined = callee;
  for (;;) {
    if (inner?.kind === "cast" || inner?.kind === "deref" || inner?.kind === "address") inner = inner.operand;
    else if (inner?.kind === "generic") inner = builder.types.genericArm(inner, builder.scope.names);
    else break;
  }
  if (inner?.kind !== "name") return undefined;
  const { name, at } = inner;
  const bound = builder.scope.names.lookup(name);
  if (bound !== undefined) {
    const isPrototype = bound.kind === "variable" && bound.variable.type.kind === "function";
    return isPrototype ? { name, at } : undefined;
  }
  const type = builder.types.variable(name);
  if (type === undefined || type.kind === "function") return { name, at };
  return isConstantPointer(builder, name, type) ? { name, at } : undefined;
}

/** `static long (*bpf_helper)(...) = (void *) 6;` */
export function isConstantPointer(builder: Builder, name: string, type: CType): boolean {
  if (type.kind !== "pointer" || type.to.kind !== "function") return false;
  const initializer = builder.unit.global(name)?.decl.initializer;
  const value = initializer && builder.types.constant(initializer);
  return value !== undefined && value !== 0;
}
