// `defined X`, `__has_include(...)` and their like in `#if` lines become 0 or 1.
// Run before expansion, so that their operands are not expanded, and again after
// it, for those that came out of a macro.
import type { IncludeName } from "./include-search.ts";
import { PpToken } from "./pp-token.ts";
import { knownAttributes } from "./predefined-macros.ts";

export interface HasQuery {
  isDefined(name: string): boolean;
  hasInclude(include: IncludeName): boolean;
}

export function answerHasQueries(tokens: readonly PpToken[], query: HasQuery): readonly PpToken[] {
  if (!tokens.some((token) => token.kind === "identifier" && isQuery(token.text))) return tokens;
  const out: PpToken[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.kind !== "identifier" || !isQuery(token.text)) {
      out.push(token);
      continue;
    }
    const parenthesized = tokens[at + 1]?.text === "(";
    if (token.text === "defined") {
      const name = tokens[at + (parenthesized ? 2 : 1)];
      if (name === undefined || (parenthesized && tokens[at + 3]?.text !== ")")) {
        out.push(token);
        continue;
      }
      out.push(answer(token, query.isDefined(name.text)));
      at += parenthesized ? 3 : 1;
      continue;
    }
    if (!parenthesized) {
      out.push(token);
      continue;
    }
    let close = at + 2;
    let depth = 1;
    for (; close < tokens.length; close++) {
      if (tokens[close]!.text === "(") depth++;
      else if (tokens[close]!.text === ")" && --depth === 0) break;
    }
    const operand = tokens.slice(at + 2, close);
    out.push(answer(token, holds(token.text, operand, query)));
    at = close;
  }
  return out;
}

function isQuery(name: string): boolean {
  return name === "defined" || name.startsWith("__has_") || name === "__is_identifier" || name === "__building_module";
}

function holds(operator: string, operand: readonly PpToken[], query: HasQuery): boolean {
  const name = operand[0]?.text ?? "";
  switch (operator) {
    case "__has_include":
    case "__has_include_next": {
      const next = operator === "__has_include_next";
      if (operand[0]?.kind === "string") return query.hasInclude({ name: name.slice(1, -1), quoted: true, next });
      const spelled = operand.map((token) => token.text).join("");
      return (
        spelled.startsWith("<") &&
        spelled.endsWith(">") &&
        query.hasInclude({ name: spelled.slice(1, -1), quoted: false, next })
      );
    }
    case "__has_builtin":
      return /^__(builtin|sync|atomic|c11_atomic)_/.test(name);
    case "__has_attribute":
    case "__has_c_attribute":
      return knownAttributes.has(name.replace(/^__(.*)__$/, "$1"));
    default:
      return false;
  }
}

function answer(token: PpToken, yes: boolean): PpToken {
  return new PpToken("number", yes ? "1" : "0", token.file, token.start, token.end, undefined, token.spaceBefore, 0);
}
