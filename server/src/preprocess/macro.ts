// What `#define` declares, prepared for expansion: parameters found, operators
// paired with their operands, a hash to tell definitions apart.
import { SourceFile } from "../base/source.ts";
import { Hasher } from "./hash.ts";
import { lex } from "./lexer.ts";
import type { PpToken } from "./pp-token.ts";

/** One element of a replacement list. */
export type BodyItem =
  | { readonly kind: "token"; readonly token: PpToken; readonly paste: boolean }
  /** `raw`: next to `##`, so the argument is taken as spelled. */
  | {
      readonly kind: "param";
      readonly index: number;
      readonly raw: boolean;
      readonly paste: boolean;
      readonly spaceBefore: boolean;
      /** `, ## __VA_ARGS__`: an empty argument takes the comma away. */
      readonly comma: boolean;
    }
  | { readonly kind: "stringify"; readonly index: number; readonly paste: boolean; readonly spaceBefore: boolean }
  /** `__VA_OPT__(items)`, or `#__VA_OPT__(items)`. */
  | {
      readonly kind: "va-opt";
      readonly items: readonly BodyItem[];
      readonly stringify: boolean;
      readonly paste: boolean;
      readonly spaceBefore: boolean;
    };

/** How a built-in macro may be used, see builtin-macros. */
export type BuiltinUse = "expression" | "declaration" | "anywhere";

export interface MacroDefinition {
  readonly name: string;
  /** undefined: object-like. */
  readonly params: readonly string[] | undefined;
  /** The last parameter takes all remaining arguments. */
  readonly variadic: boolean;
  /** `paste` of an item says that `##` joins it to the item before. */
  readonly body: readonly BodyItem[];
  readonly hash: number;
  /** Worked out by the expander itself: `__LINE__`, `__COUNTER__` ... */
  readonly dynamic?: DynamicMacro;
  /** Ours, for a name that no header was seen to define; invisible to `#ifdef`. */
  readonly builtin?: BuiltinUse;
}

export type DynamicMacro =
  | "__LINE__"
  | "__FILE__"
  | "__FILE_NAME__"
  | "__BASE_FILE__"
  | "__INCLUDE_LEVEL__"
  | "__COUNTER__"
  | "_Pragma";

/** Parses the tokens after `#define`; a string says what is wrong. */
export function parseDefinition(tokens: readonly PpToken[], from: number, end: number): MacroDefinition | string {
  const name = tokens[from];
  if (name === undefined || from >= end || name.kind !== "identifier") return "macro name missing";
  if (name.text === "defined" || name.text === "__VA_ARGS__" || name.text === "__VA_OPT__") {
    return `"${name.text}" cannot be a macro name`;
  }
  let at = from + 1;
  let params: string[] | undefined;
  let variadic = false;
  const open = tokens[at];
  if (at < end && open?.text === "(" && open.start === name.end && !open.spaceBefore) {
    params = [];
    at++;
    for (;;) {
      const token = at < end ? tokens[at] : undefined;
      if (token === undefined) return `missing ")" in the parameter list of macro ${name.text}`;
      at++;
      if (token.text === ")") break;
      if (token.text === ",") continue;
      if (token.text === "...") {
        variadic = true;
        params.push("__VA_ARGS__");
        continue;
      }
      if (token.kind !== "identifier") return `bad parameter list of macro ${name.text}`;
      params.push(token.text);
      if (at < end && tokens[at]!.text === "...") {
        variadic = true;
        at++;
      }
    }
  }
  const body = parseBody(tokens.slice(at, end), params, variadic);
  const hasher = new Hasher().text(name.text);
  if (params !== undefined) hasher.text(`(${params.join(",")}${variadic ? "..." : ""}`);
  for (let i = at; i < end; i++) hasher.text(tokens[i]!.text);
  return { name: name.text, params, variadic, body, hash: hasher.value };
}

/** A definition from the text after `#define`, for command lines and built-in tables. */
export function definitionFromText(text: string, origin: string): MacroDefinition | string {
  const tokens = lex(new SourceFile(origin, text));
  return parseDefinition(tokens, 0, tokens.length);
}

function parseBody(tokens: readonly PpToken[], params: readonly string[] | undefined, variadic: boolean): BodyItem[] {
  const items: BodyItem[] = [];
  let paste = false;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.text === "##" && token.kind === "punctuator" && items.length > 0 && i + 1 < tokens.length) {
      const last = items.length - 1;
      const before = items[last]!;
      if (before.kind === "param") items[last] = { ...before, raw: true };
      paste = true;
      continue;
    }
    if (params !== undefined && token.text === "#" && token.kind === "punctuator") {
      const next = tokens[i + 1];
      const index = next?.kind === "identifier" ? params.indexOf(next.text) : -1;
      if (index >= 0) {
        items.push({ kind: "stringify", index, paste, spaceBefore: token.spaceBefore });
        paste = false;
        i++;
        continue;
      }
      if (next?.text === "__VA_OPT__" && variadic) {
        const inner = optional(tokens, i + 1);
        if (inner !== undefined) {
          items.push({
            kind: "va-opt",
            items: parseBody(inner.tokens, params, variadic),
            stringify: true,
            paste,
            spaceBefore: token.spaceBefore,
          });
          paste = false;
          i = inner.close;
          continue;
        }
      }
    }
    if (params !== undefined && token.kind === "identifier") {
      if (token.text === "__VA_OPT__" && variadic) {
        const inner = optional(tokens, i);
        if (inner !== undefined) {
          items.push({
            kind: "va-opt",
            items: parseBody(inner.tokens, params, variadic),
            stringify: false,
            paste,
            spaceBefore: token.spaceBefore,
          });
          paste = false;
          i = inner.close;
          continue;
        }
      }
      const index = params.indexOf(token.text);
      if (index >= 0) {
        const before = items[items.length - 1];
        const comma =
          paste &&
          variadic &&
          index === params.length - 1 &&
          before?.kind === "token" &&
          before.token.text === "," &&
          !before.paste;
        items.push({
          kind: "param",
          index,
          // After the GNU comma a given argument is expanded as usual.
          raw: paste && !comma,
          paste: paste && !comma,
          spaceBefore: token.spaceBefore,
          comma,
        });
        paste = false;
        continue;
      }
    }
    items.push({ kind: "token", token, paste });
    paste = false;
  }
  return items;
}

/** The tokens between the parentheses after `__VA_OPT__`. */
function optional(
  tokens: readonly PpToken[],
  at: number,
): { readonly tokens: readonly PpToken[]; readonly close: number } | undefined {
  if (tokens[at + 1]?.text !== "(") return undefined;
  let depth = 0;
  for (let i = at + 1; i < tokens.length; i++) {
    const text = tokens[i]!.text;
    if (text === "(") depth++;
    else if (text === ")" && --depth === 0) return { tokens: tokens.slice(at + 2, i), close: i };
  }
  return undefined;
}
