// Evaluates the integer expression of `#if`: 64 bits, signed or unsigned, as C asks.
// Gets tokens that are already expanded; `defined` and `__has_*` are answered by
// the caller before that.
import type { PpToken } from "./pp-token.ts";

/** A message instead of a value: what is wrong with the expression. */
export type ConditionResult = { readonly value: boolean } | { readonly problem: string };

interface Value {
  readonly bits: bigint;
  readonly unsigned: boolean;
}

/** Parentheses and operators nest by native recursion; real conditions stay below ten. */
const maxDepth = 300;

const precedence: Readonly<Record<string, number>> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "!=": 6,
  "<": 7,
  ">": 7,
  "<=": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
};

export function evaluateCondition(tokens: readonly PpToken[]): ConditionResult {
  const evaluator = new Evaluator(tokens);
  try {
    return { value: evaluator.whole().bits !== 0n };
  } catch (error) {
    if (error instanceof BadCondition) return { problem: error.message };
    throw error;
  }
}

class BadCondition extends Error {}

class Evaluator {
  readonly #tokens: readonly PpToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly PpToken[]) {
    this.#tokens = tokens;
  }

  whole(): Value {
    const value = this.#conditional(true);
    if (this.#at < this.#tokens.length) throw new BadCondition(`unexpected "${this.#tokens[this.#at]!.text}" in #if`);
    return value;
  }

  /** `live` false: the value is not needed, so division by zero is no error. */
  #conditional(live: boolean): Value {
    if (++this.#depth > maxDepth) throw new BadCondition("#if expression is nested too deeply");
    let value = this.#binary(1, live);
    if (this.#peek() === "?") {
      this.#at++;
      const yes = value.bits !== 0n;
      const first = this.#conditional(live && yes);
      this.#expect(":");
      const second = this.#conditional(live && !yes);
      value = signed(yes ? first.bits : second.bits, first.unsigned || second.unsigned);
    }
    this.#depth--;
    return value;
  }

  #binary(lowest: number, live: boolean): Value {
    if (++this.#depth > maxDepth) throw new BadCondition("#if expression is nested too deeply");
    let left = this.#unary(live);
    for (;;) {
      const operator = this.#peek();
      const level = operator === undefined ? undefined : precedence[operator];
      if (operator === undefined || level === undefined || level < lowest) break;
      this.#at++;
      const needed = live && !(operator === "&&" && left.bits === 0n) && !(operator === "||" && left.bits !== 0n);
      const right = this.#binary(level + 1, needed);
      left = apply(operator, left, right, needed);
    }
    this.#depth--;
    return left;
  }

  #unary(live: boolean): Value {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new BadCondition("#if expression ends too early");
    this.#at++;
    switch (token.text) {
      case "(": {
        const value = this.#conditional(live);
        this.#expect(")");
        return value;
      }
      case "!":
        return bool(this.#nested(live).bits === 0n);
      case "-": {
        const value = this.#nested(live);
        return signed(-value.bits, value.unsigned);
      }
      case "+":
        return this.#nested(live);
      case "~": {
        const value = this.#nested(live);
        return signed(~value.bits, value.unsigned);
      }
      default:
        break;
    }
    if (token.kind === "number") return number(token.text);
    if (token.kind === "char") return { bits: character(token.text), unsigned: false };
    if (token.kind === "identifier") {
      // A name that is no macro counts as 0; with arguments it would be an unknown function.
      if (this.#peek() === "(") {
        if (live) throw new BadCondition(`function-like macro "${token.text}" is not defined`);
        this.#skipParentheses();
      }
      return { bits: token.text === "true" ? 1n : 0n, unsigned: false };
    }
    throw new BadCondition(`unexpected "${token.text}" in #if`);
  }

  #nested(live: boolean): Value {
    if (++this.#depth > maxDepth) throw new BadCondition("#if expression is nested too deeply");
    const value = this.#unary(live);
    this.#depth--;
    return value;
  }

  #skipParentheses(): void {
    let depth = 0;
    do {
      const text = this.#peek();
      if (text === "(") depth++;
      else if (text === ")") depth--;
      this.#at++;
    } while (depth > 0 && this.#at < this.#tokens.length);
  }

  #peek(): string | undefined {
    const token = this.#tokens[this.#at];
    return token?.kind === "punctuator" ? token.text : undefined;
  }

  #expect(text: string): void {
    if (this.#peek() !== text) throw new BadCondition(`"${text}" missing in #if`);
    this.#at++;
  }
}

function apply(operator: string, left: Value, right: Value, needed: boolean): Value {
  const unsigned = left.unsigned || right.unsigned;
  const a = unsigned ? BigInt.asUintN(64, left.bits) : left.bits;
  const b = unsigned ? BigInt.asUintN(64, right.bits) : right.bits;
  switch (operator) {
    case "||":
      return bool(left.bits !== 0n || right.bits !== 0n);
    case "&&":
      return bool(left.bits !== 0n && right.bits !== 0n);
    case "|":
      return signed(a | b, unsigned);
    case "^":
      return signed(a ^ b, unsigned);
    case "&":
      return signed(a & b, unsigned);
    case "==":
      return bool(a === b);
    case "!=":
      return bool(a !== b);
    case "<":
      return bool(a < b);
    case ">":
      return bool(a > b);
    case "<=":
      return bool(a <= b);
    case ">=":
      return bool(a >= b);
    case "<<":
      return signed(left.bits << (right.bits & 63n), left.unsigned);
    case ">>":
      return signed(left.bits >> (right.bits & 63n), left.unsigned);
    case "+":
      return signed(a + b, unsigned);
    case "-":
      return signed(a - b, unsigned);
    case "*":
      return signed(a * b, unsigned);
    default:
      if (b === 0n) {
        if (needed) throw new BadCondition("division by zero in #if");
        return { bits: 0n, unsigned };
      }
      return signed(operator === "/" ? a / b : a % b, unsigned);
  }
}

function signed(bits: bigint, unsigned: boolean): Value {
  return { bits: unsigned ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits), unsigned };
}

function bool(value: boolean): Value {
  return { bits: value ? 1n : 0n, unsigned: false };
}

function number(text: string): Value {
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([uUlLzZ]*)$/.exec(text);
  const digits = match?.[1];
  if (digits === undefined) throw new BadCondition(`"${text}" is not an integer`);
  // Real ones have at most 20 digits; an endless one would cost quadratic time.
  if (digits.length > 70) throw new BadCondition("integer in #if is too large");
  let bits: bigint;
  if (/^0[0-9]+$/.test(digits)) {
    if (/[89]/.test(digits)) throw new BadCondition(`"${text}" is not an integer`);
    bits = BigInt(`0o${digits.slice(1)}`);
  } else {
    bits = BigInt(digits);
  }
  const unsigned = /[uU]/.test(match?.[2] ?? "") || BigInt.asUintN(64, bits) >= 1n << 63n;
  return signed(bits, unsigned);
}

const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, e: 27 };

function character(text: string): bigint {
  const body = text.slice(text.indexOf("'") + 1, -1);
  let value = 0n;
  const pattern = /\\x([0-9a-fA-F]+)|\\([0-7]{1,3})|\\(.)|([\s\S])/gu;
  for (const [, hex, octal, escaped, plain] of body.matchAll(pattern)) {
    let code: number;
    if (hex !== undefined) code = Number.parseInt(hex.slice(-8), 16);
    else if (octal !== undefined) code = Number.parseInt(octal, 8);
    else if (escaped !== undefined) code = escapes[escaped] ?? escaped.codePointAt(0)!;
    else code = plain?.codePointAt(0) ?? 0;
    value = BigInt.asIntN(32, (value << 8n) | BigInt(code));
  }
  return value;
}
