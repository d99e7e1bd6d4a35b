// Reads `__attribute__((...))`, `[[...]]` and `asm("label")` from tokens: the attributes that
// normalization takes out of the text and lowering puts back where they belong.
import type { Token } from "../preprocess/token.ts";
import type { Attribute } from "./ast.ts";
import { stringValue } from "./literals.ts";

/** The attributes between token indexes `from` and `to`: the comma list inside the inner parentheses. */
export function readAttributes(
  tokens: readonly Token[],
  pairs: Int32Array,
  from: number,
  to: number,
): readonly Attribute[] {
  const attributes: Attribute[] = [];
  for (let i = from; i < to; i++) {
    const token = tokens[i]!;
    if (token.kind !== "identifier") continue;
    let name = token.text;
    // [[gnu::weak]], [[clang::btf_type_tag("kptr")]]: the vendor says nothing new.
    while (isScope(tokens, i + 1) > 0 && tokens[i + 1 + isScope(tokens, i + 1)]?.kind === "identifier") {
      i += 1 + isScope(tokens, i + 1);
      name = tokens[i]!.text;
    }
    const open = i + 1;
    let args: readonly string[] = [];
    if (open < to && tokens[open]!.text === "(" && pairs[open]! > 0) {
      args = readArguments(tokens, pairs, open + 1, pairs[open]!);
      i = pairs[open]!;
    }
    attributes.push({ name: plainName(name), args });
  }
  return attributes;
}

/** Number of tokens of a `::` at `i`: preprocessors spell it as one token or two. */
function isScope(tokens: readonly Token[], i: number): number {
  if (tokens[i]?.text === "::") return 1;
  return tokens[i]?.text === ":" && tokens[i + 1]?.text === ":" ? 2 : 0;
}

function plainName(name: string): string {
  return /^__.+__$/.test(name) ? name.slice(2, -2) : name;
}

function readArguments(tokens: readonly Token[], pairs: Int32Array, from: number, to: number): readonly string[] {
  const args: string[] = [];
  let start = from;
  for (let i = from; i <= to; i++) {
    if (i === to || tokens[i]!.text === ",") {
      if (i > start) args.push(argumentText(tokens.slice(start, i)));
      start = i + 1;
    } else if (pairs[i]! > i) i = pairs[i]!;
  }
  return args;
}

function argumentText(tokens: readonly Token[]): string {
  if (tokens.every((token) => token.kind === "string")) return tokens.map((token) => stringValue(token.text)).join("");
  return tokens.map((token, i) => (i > 0 && token.spaceBefore ? " " : "") + token.text).join("");
}
