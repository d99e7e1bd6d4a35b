// Cuts stretches of tokens at separators outside brackets, for the builtins and asm
// statements whose arguments are not all expressions.
import type { Token } from "../preprocess/token.ts";
import { stringValue } from "./literals.ts";
import type { AsmOperand, AsmPieces, Hoist } from "./normalized.ts";

/** Half-open range of token indexes. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The comma-separated stretches inside the parentheses at `open`; empty ones are left out. */
export function splitArguments(tokens: readonly Token[], pairs: Int32Array, open: number): readonly Stretch[] {
  return split(tokens, pairs, open, ",").filter(({ from, to }) => to > from);
}

/** Name that the `typedef` before `from` declares, if it can be told without a parser. */
export function typedefName(tokens: readonly Token[], pairs: Int32Array, from: number): string | undefined {
  let name: string | undefined;
  for (let i = from; i < tokens.length && tokens[i]!.text !== ";"; i++) {
    const function_ = tokens[i]!.text === "(" && tokens[i + 1]?.text === "*" ? tokens[i + 2] : undefined;
    if (function_?.kind === "identifier") return function_.text;
    if (pairs[i]! > i) i = pairs[i]!;
    else if (tokens[i]!.kind === "identifier") name = tokens[i]!.text;
  }
  return name;
}

/** `(template : outputs : inputs : clobbers : labels)` at `open`. */
export function readAsm(
  tokens: readonly Token[],
  pairs: Int32Array,
  open: number,
  hoist: (operand: Stretch) => Hoist,
): AsmPieces {
  const [template, outputs, inputs, clobbers, labels] = split(tokens, pairs, open, ":");
  const of = (stretch: Stretch | undefined, kind: Token["kind"]): string[] =>
    tokens
      .slice(stretch?.from ?? 0, stretch?.to ?? 0)
      .filter((token) => token.kind === kind)
      .map((token) => (kind === "string" ? stringValue(token.text) : token.text));
  return {
    template: of(template, "string").join(""),
    outputs: asmOperands(tokens, pairs, outputs, hoist),
    inputs: asmOperands(tokens, pairs, inputs, hoist),
    clobbers: of(clobbers, "string"),
    labels: of(labels, "identifier"),
  };
}

/** `[name] "constraint" (expression), ...` */
function asmOperands(
  tokens: readonly Token[],
  pairs: Int32Array,
  stretch: Stretch | undefined,
  hoist: (operand: Stretch) => Hoist,
): readonly AsmOperand[] {
  const operands: AsmOperand[] = [];
  let constraint = "";
  for (let i = stretch?.from ?? 0; i < (stretch?.to ?? 0); i++) {
    const token = tokens[i]!;
    if (token.kind === "string") constraint += stringValue(token.text);
    else if (token.text === "(") {
      operands.push({ constraint, value: hoist({ from: i + 1, to: pairs[i]! }) });
      constraint = "";
    }
    if (pairs[i]! > i) i = pairs[i]!;
  }
  return operands;
}

function split(tokens: readonly Token[], pairs: Int32Array, open: number, separator: string): readonly Stretch[] {
  const close = pairs[open]!;
  const parts: Stretch[] = [];
  let from = open + 1;
  for (let i = from; i <= close; i++) {
    const { text } = tokens[i]!;
    // `::` is one token to some, two separators to asm.
    const double = text === separator + separator;
    if (i === close || text === separator || double) {
      parts.push({ from, to: i });
      if (double) parts.push({ from: i, to: i });
      from = i + 1;
    } else if (pairs[i]! > i) i = pairs[i]!;
  }
  return parts;
}
