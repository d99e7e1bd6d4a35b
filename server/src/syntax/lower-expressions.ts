// Expressions: one case a node type of the grammar, plus the words that stand for
// C which the grammar cannot read.
import type { BinaryOperator, Designator, Expression, InitializerList } from "./ast.ts";
import { charValue, numberValue, stringValue } from "./literals.ts";
import { lowerBlock } from "./lower-statements.ts";
import { lowerHoistedType, lowerTypeDescriptor } from "./lower-types.ts";
import type { LoweringContext } from "./lowering-context.ts";
import type { Special } from "./normalized.ts";
import { child, type SyntaxNode } from "./tree.ts";

export function lowerExpression(context: LoweringContext, node: SyntaxNode): Expression {
  const at = context.at(node);
  switch (node.type) {
    case "identifier": {
      const { special } = context.piece(node);
      if (special !== undefined) return lowerSpecial(context, node, special);
      return { kind: "name", name: context.token(node).text, at };
    }
    case "number_literal":
      return lowerNumber(context, node);
    case "char_literal":
      return { kind: "number", value: charValue(context.token(node).text), unsigned: false, long: false, at };
    case "string_literal": {
      const value = context.tokens.slice(at.start, at.end).map((token) => stringValue(token.text));
      return { kind: "string", value: value.join(""), at };
    }
    case "parenthesized_expression": {
      const inner = context.only(node);
      if (inner.type === "compound_statement") return { kind: "statement", body: lowerBlock(context, inner), at };
      return lowerExpression(context, inner);
    }
    case "unary_expression": {
      const op = operatorOf(context, node);
      if (op !== "-" && op !== "+" && op !== "!" && op !== "~") throw context.unreadable(`operator ${op}`, node);
      return { kind: "unary", op, operand: lowerField(context, node, "argument"), at };
    }
    case "pointer_expression": {
      const sign = context.field(node, "operator");
      const op = context.isGlue(sign) ? context.piece(sign).text : context.token(sign).text;
      // The address of a label: a value nobody can say anything of.
      if (op === "&&") return { kind: "opaque", operands: [], at };
      const operand = lowerField(context, node, "argument");
      return op === "&" ? { kind: "address", operand, at } : { kind: "deref", operand, at };
    }
    case "update_expression":
      return lowerStep(context, node);
    case "binary_expression": {
      const op = operatorOf(context, node);
      const left = lowerField(context, node, "left");
      const right = lowerField(context, node, "right");
      if (op === "&&" || op === "||") return { kind: "logical", op, left, right, at };
      return { kind: "binary", op: binaryOperator(context, node, op), left, right, at };
    }
    case "assignment_expression": {
      const op = operatorOf(context, node);
      return {
        kind: "assign",
        op: op === "=" ? undefined : binaryOperator(context, node, op.slice(0, -1)),
        target: lowerField(context, node, "left"),
        value: lowerField(context, node, "right"),
        at,
      };
    }
    case "conditional_expression": {
      const whenTrue = child(node, "consequence");
      return {
        kind: "conditional",
        test: lowerField(context, node, "condition"),
        whenTrue: whenTrue === undefined ? undefined : lowerExpression(context, whenTrue),
        whenFalse: lowerField(context, node, "alternative"),
        at,
      };
    }
    case "comma_expression":
      // Glue that keeps a call from looking like a declaration.
      if (context.isGlue(context.field(node, "left"))) return lowerField(context, node, "right");
      return {
        kind: "comma",
        left: lowerField(context, node, "left"),
        right: lowerField(context, node, "right"),
        at,
      };
    case "cast_expression":
      return {
        kind: "cast",
        type: lowerTypeDescriptor(context, context.field(node, "type")),
        operand: lowerField(context, node, "value"),
        at,
      };
    case "compound_literal_expression":
      return {
        kind: "compound",
        type: lowerTypeDescriptor(context, context.field(node, "type")),
        initializer: lowerInitializerList(context, context.field(node, "value")),
        at,
      };
    case "sizeof_expression": {
      const op = context.token(node).text === "sizeof" ? "sizeof" : "alignof";
      const type = child(node, "type");
      if (type !== undefined) return { kind: "sizeof-type", op, type: lowerTypeDescriptor(context, type), at };
      return { kind: "sizeof", op, operand: lowerField(context, node, "value"), at };
    }
    case "subscript_expression":
      return {
        kind: "index",
        object: lowerField(context, node, "argument"),
        index: lowerField(context, node, "index"),
        at,
      };
    case "call_expression":
      return lowerCall(context, node);
    case "field_expression":
      return {
        kind: "member",
        object: lowerField(context, node, "argument"),
        name: context.token(context.field(node, "field")).text,
        arrow: operatorOf(context, node) === "->",
        at,
      };
    case "generic_expression":
      return lowerGeneric(context, node);
    case "initializer_list":
      return lowerInitializerList(context, node);
    default:
      throw context.unreadable(`no lowering for ${node.type}`, node);
  }
}

function lowerField(context: LoweringContext, node: SyntaxNode, field: string): Expression {
  return lowerExpression(context, context.field(node, field));
}

function operatorOf(context: LoweringContext, node: SyntaxNode): string {
  return context.token(context.field(node, "operator")).text;
}

const binaryOperators: ReadonlySet<string> = new Set<BinaryOperator>([
  "+",
  "-",
  "*",
  "/",
  "%",
  "<<",
  ">>",
  "&",
  "|",
  "^",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
]);

function binaryOperator(context: LoweringContext, node: SyntaxNode, op: string): BinaryOperator {
  if (!binaryOperators.has(op)) throw context.unreadable(`operator ${op}`, node);
  return op as BinaryOperator;
}

function lowerNumber(context: LoweringContext, node: SyntaxNode): Expression {
  const at = context.at(node);
  const { text } = context.token(node);
  switch (text) {
    case "true":
    case "false":
      return { kind: "number", value: text === "true" ? 1 : 0, unsigned: false, long: false, at };
    case "NULL":
    case "nullptr": {
      const plain = { qualifiers: { const: false, volatile: false }, attributes: [] };
      return {
        kind: "cast",
        type: { kind: "pointer", to: { kind: "base", name: "void", ...plain }, ...plain },
        operand: { kind: "number", value: 0, unsigned: false, long: false, at },
        at,
      };
    }
    default:
      return { kind: "number", ...numberValue(text), at };
  }
}

function lowerStep(context: LoweringContext, node: SyntaxNode): Expression {
  const operator = context.field(node, "operator");
  const argument = context.field(node, "argument");
  const prefix = operator.start < argument.start;
  const op = context.token(operator).text === "++" ? "++" : "--";
  const operand = lowerExpression(context, argument);
  const at = context.at(node);
  // The grammar gives `!x++` as `(!x)++`; only parentheses could mean that, and they are not C.
  return prefix ? { kind: "step", op, prefix, operand, at } : postfixStep(op, operand, at.end);
}

function postfixStep(op: "++" | "--", operand: Expression, end: number): Expression {
  const at = { start: operand.at.start, end };
  if (operand.kind !== "unary") return { kind: "step", op, prefix: false, operand, at };
  return { ...operand, operand: postfixStep(op, operand.operand, end), at };
}

function lowerCall(context: LoweringContext, node: SyntaxNode): Expression {
  const at = context.at(node);
  const callee = lowerField(context, node, "function");
  const args = context.field(node, "arguments").children.map((argument) => lowerExpression(context, argument));
  const [test, whenTrue, whenFalse] = args;
  // Chosen while compiling; as a `?:` its condition is a constant all the same.
  if (callee.kind === "name" && callee.name === "__builtin_choose_expr" && args.length === 3) {
    return { kind: "conditional", test: test!, whenTrue: whenTrue!, whenFalse: whenFalse!, at };
  }
  return { kind: "call", callee, args, at };
}

function lowerGeneric(context: LoweringContext, node: SyntaxNode): Expression {
  const [control, ...rest] = node.children;
  if (control === undefined || rest.length % 2 !== 0) throw context.unreadable("malformed _Generic", node);
  const associations = rest.flatMap((type, i) => {
    if (i % 2 !== 0) return [];
    const isDefault = context.token(type).text === "default";
    return [
      {
        type: isDefault ? undefined : lowerTypeDescriptor(context, type),
        value: lowerExpression(context, rest[i + 1]!),
      },
    ];
  });
  return { kind: "generic", control: lowerExpression(context, control), associations, at: context.at(node) };
}

function lowerSpecial(context: LoweringContext, node: SyntaxNode, special: Special): Expression {
  const at = context.at(node);
  switch (special.kind) {
    case "sizeof": {
      const { op, operand } = special;
      if (special.ofType) return { kind: "sizeof-type", op, type: lowerHoistedType(context, operand), at };
      return { kind: "sizeof", op, operand: lowerExpression(context, context.hoisted(operand)), at };
    }
    case "offsetof":
      return {
        kind: "offsetof",
        type: lowerHoistedType(context, special.type),
        path: special.path.map((step) =>
          step.kind === "field"
            ? step
            : { kind: "index", index: lowerExpression(context, context.hoisted(step.index)), last: undefined },
        ),
        at,
      };
    case "types-compatible":
      return {
        kind: "types-compatible",
        left: lowerHoistedType(context, special.left),
        right: lowerHoistedType(context, special.right),
        at,
      };
    case "opaque":
      return {
        kind: "opaque",
        operands: special.operands.map((operand) => lowerExpression(context, context.hoisted(operand))),
        at,
      };
    default:
      throw context.unreadable(`${special.kind} is no expression`, node);
  }
}

export function lowerInitializerList(context: LoweringContext, node: SyntaxNode): InitializerList {
  if (node.type !== "initializer_list") throw context.unreadable("initializer list expected", node);
  // `{ f(x) }` is given the same glue as a statement that starts with a call.
  const written = node.children.filter((item) => !context.isGlue(item));
  const items = written.map((item) => {
    if (item.type !== "initializer_pair") return { designators: [], value: lowerExpression(context, item) };
    const designators = item.children
      .filter((candidate) => candidate.field === "designator")
      .map((designator) => lowerDesignator(context, designator));
    return { designators, value: lowerField(context, item, "value") };
  });
  return { kind: "initializer-list", items, at: context.at(node) };
}

function lowerDesignator(context: LoweringContext, node: SyntaxNode): Designator {
  switch (node.type) {
    case "field_designator":
      return { kind: "field", name: context.token(context.only(node)).text };
    case "field_identifier":
      return { kind: "field", name: context.token(node).text };
    case "subscript_designator":
      return { kind: "index", index: lowerExpression(context, context.only(node)), last: undefined };
    case "subscript_range_designator":
      return { kind: "index", index: lowerField(context, node, "start"), last: lowerField(context, node, "end") };
    default:
      throw context.unreadable(`no lowering for the designator ${node.type}`, node);
  }
}
