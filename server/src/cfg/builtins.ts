// Calls of the compiler's own functions that are no calls at all: answered while
// the graph is built, or turned into an expression. Every other call stays a call.
import { isAtomicBuiltin } from "../model/builtin-functions.ts";
import { type CType, intType, unknownType } from "../model/types.ts";
import type { Expression } from "../syntax/ast.ts";
import { expected } from "./branches.ts";
import type { Builder } from "./builder.ts";
import { lowerEffect, lowerValue } from "./expressions.ts";
import type { Expr } from "./ir.ts";
import { constant, exact, unknown } from "./make-expr.ts";

type Call = Extract<Expression, { kind: "call" }>;

/** What the preprocessor's tables write where the kernel decides (may_goto and the like). */
const undecided = "__kfunc_ls_unknown";

/** undefined: a call like any other. */
export function lowerBuiltin(builder: Builder, call: Call, name: string): Expr | undefined {
  const { at, args } = call;
  if (!name.startsWith("__")) return undefined;
  if (name === undecided) return unknown(intType, at);
  const same = expected(call);
  if (same !== undefined) {
    const value = lowerValue(builder, same);
    for (const rest of args.slice(1)) lowerEffect(builder, rest);
    return value;
  }
  switch (name) {
    case "__builtin_constant_p":
      return constant(builder.types.constant(call, builder.scope.names) ?? 0, intType, at);
    case "__builtin_choose_expr": {
      const [test, whenTrue, whenFalse] = args;
      const chosen = test && builder.types.exactConstant(test, builder.scope.names);
      const arm = chosen === undefined || chosen.value !== 0n ? whenTrue : whenFalse;
      return arm === undefined ? unknown(unknownType, at) : lowerValue(builder, arm);
    }
    case "__builtin_unreachable":
    case "__builtin_trap":
      builder.draft.close({ kind: "unreachable", at });
      return constant(0, { kind: "void" }, at);
    case "__builtin_assume":
    case "__builtin_prefetch":
    case "__builtin_debugtrap":
      return constant(0, { kind: "void" }, at);
    case "__builtin_btf_type_id": {
      const record = args[0] === undefined ? unknownType : builder.types.typeOf(args[0], builder.scope.names);
      return { kind: "type-id", record, type: resultType(builder, call), at };
    }
    case "__builtin_preserve_field_info":
    case "__builtin_preserve_type_info":
    case "__builtin_preserve_enum_value":
      return unknown(resultType(builder, call), at, kernelQuestion(builder, call, name));
    default:
      return isPureBuiltin(name) ? lowerPure(builder, call) : undefined;
  }
}

function resultType(builder: Builder, call: Call): CType {
  return builder.types.typeOf(call, builder.scope.names);
}

/** Two questions with one text about one type have one answer, for the kernel they are asked of. */
function kernelQuestion(builder: Builder, call: Call, name: string): string {
  const [subject, kind] = call.args;
  if (subject === undefined) return name;
  const asked = kind === undefined ? "" : builder.text(kind.at);
  if (subject.kind !== "member") return `${name} ${builder.text(subject.at)} ${asked}`;
  const object = builder.types.typeOf(subject.object, builder.scope.names);
  const record = subject.arrow && object.kind === "pointer" ? object.to : object;
  const owner = record.kind === "record" ? record.id : `${builder.fn.name} ${builder.text(subject.object.at)}`;
  return `${name} ${owner}.${subject.name} ${asked}`;
}

const pure =
  /^__builtin_(bswap(16|32|64)|(clz|ctz|ffs|popcount|parity|clrsb)(l|ll|g)?|object_size|dynamic_object_size|frame_address|return_address|bitreverse\d+|rotate(left|right)\d+|abs|labs|llabs|strlen|isdigit)$/;

/** Functions of their arguments only. */
function isPureBuiltin(name: string): boolean {
  return !isAtomicBuiltin(name) && pure.test(name);
}

function lowerPure(builder: Builder, call: Call): Expr {
  const known = builder.types.exactConstant(call, builder.scope.names);
  if (known !== undefined) return exact(known.value, known.type, call.at);
  for (const arg of call.args) lowerEffect(builder, arg);
  return unknown(resultType(builder, call), call.at);
}
