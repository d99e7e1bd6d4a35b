// A scan of C text into tokens with offsets, just enough to edit real programs at statement
// level. Raw text and not the expanded one: a mutant must differ from its source where a
// person would edit it. Directives and comments are skipped.

export interface ScanToken {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const tokenPattern =
  /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|(?<=^|\n)[ \t]*#(?:[^\n\\]|\\[\s\S])*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_]\w*|\d[\w.]*|->|&&|\|\||[=!<>]=|\+\+|--|<<|>>|[^\s\w]/g;

export function scan(text: string): ScanToken[] {
  const tokens: ScanToken[] = [];
  for (const match of text.matchAll(tokenPattern)) {
    const word = match[0];
    if (word.startsWith("/*") || word.startsWith("//") || /^[ \t]*#/.test(word)) continue;
    tokens.push({ text: word, start: match.index, end: match.index + word.length });
  }
  return tokens;
}

const closers: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Index of the token that closes the bracket at `open`, or undefined. */
export function closing(tokens: readonly ScanToken[], open: number): number | undefined {
  const stack: string[] = [];
  for (let i = open; i < tokens.length; i++) {
    const text = tokens[i]!.text;
    const closer = closers[text];
    if (closer !== undefined) stack.push(closer);
    else if (text === ")" || text === "]" || text === "}") {
      if (stack.pop() !== text) return undefined;
      if (stack.length === 0) return i;
    }
  }
  return undefined;
}

/** Index of the last token of the statement that starts at `first`; undefined for text that is not plain C. */
export function statementEnd(tokens: readonly ScanToken[], first: number): number | undefined {
  const token = tokens[first];
  if (token === undefined) return undefined;
  switch (token.text) {
    case "{":
      return closing(tokens, first);
    case "if": {
      const body = afterParentheses(tokens, first + 1);
      const end = body === undefined ? undefined : statementEnd(tokens, body);
      if (end === undefined || tokens[end + 1]?.text !== "else") return end;
      return statementEnd(tokens, end + 2);
    }
    case "for":
    case "while":
    case "switch": {
      const body = afterParentheses(tokens, first + 1);
      return body === undefined ? undefined : statementEnd(tokens, body);
    }
    case "do":
    case "case":
    case "default":
    case "else":
      return undefined;
  }
  for (let i = first; i < tokens.length; i++) {
    const text = tokens[i]!.text;
    if (text === ";") return i;
    if (text === "(" || text === "[" || text === "{") {
      const close = closing(tokens, i);
      if (close === undefined) return undefined;
      // A macro used as a loop head, such as bpf_for(...) { }: its statement is the block.
      if (text === "(" && i === first + 1 && tokens[close + 1]?.text === "{") return closing(tokens, close + 1);
      i = close;
    } else if (text === "}" || text === ")" || text === "]") return undefined;
  }
  return undefined;
}

function afterParentheses(tokens: readonly ScanToken[], open: number): number | undefined {
  if (tokens[open]?.text !== "(") return undefined;
  const close = closing(tokens, open);
  return close === undefined ? undefined : close + 1;
}
