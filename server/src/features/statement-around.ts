// Finds the C statement around an expression in masked text: what a check must be put in
// front of. Works on brackets and keywords alone, as the text may not even compile;
// where brackets do not add up there is no answer.

export interface Statement {
  readonly start: number;
  readonly end: number;
}

/** Statements longer than this are not looked through; the longest real ones are big switch blocks. */
const reach = 50_000;

/** The innermost statement that holds `at` and can have another one put before it. */
export function statementAround(mask: string, at: number): Statement | undefined {
  const from = startOfChunk(mask, at);
  if (from === undefined) return undefined;
  const start = descend(mask, from, at);
  if (start === undefined) return undefined;
  const end = endOfStatement(mask, start, 0);
  return end === undefined || end <= at ? undefined : { start, end };
}

/** Behind the last `;`, `{` or `}` that ends or opens a statement before `at`. */
function startOfChunk(mask: string, at: number): number | undefined {
  for (let i = at - 1; i >= Math.max(0, at - reach); i--) {
    const c = mask[i];
    if (c === ")" || c === "]") {
      const open = openingBracket(mask, i);
      if (open === undefined) return undefined;
      i = open;
    } else if (c === ";") {
      const head = openParenthesisBefore(mask, i);
      if (head === undefined) return i + 1;
      // The `;` of a for loop's head.
      i = head;
    } else if (c === "{") {
      if (!opensInitializer(mask, i)) return i + 1;
    } else if (c === "}") {
      // Behind a compound literal or statement expression inside an expression the text goes on; behind a block it does not.
      const open = openingBracket(mask, i);
      if (open === undefined || !opensInitializer(mask, open)) return i + 1;
      i = open;
    }
  }
  return undefined;
}

/** Through labels, and through heads of statements whose body holds `at`, down to the statement itself. */
function descend(mask: string, from: number, at: number): number | undefined {
  let start = from;
  for (let steps = 0; steps < 100; steps++) {
    start += leadingSpace(mask, start);
    if (start >= at) return at;
    const rest = mask.slice(start, start + 400);
    const word = /^(?:else|do)\b/.exec(rest)?.[0] ?? labelAt(rest);
    if (word !== undefined) {
      // The expression of `case 1 + x:` is no place for a check.
      if (start + word.length > at) return undefined;
      start += word.length;
      continue;
    }
    const bodyStart = behindHead(mask, start);
    if (bodyStart === undefined || bodyStart > at) return start;
    start = bodyStart;
  }
  return undefined;
}

function endOfStatement(mask: string, start: number, depth: number): number | undefined {
  if (depth > 200) return undefined;
  const at = start + leadingSpace(mask, start);
  if (mask[at] === "{") return after(closingBracket(mask, at));
  const word = /^\w+/.exec(mask.slice(at, at + 64))?.[0];
  if (word === "do") {
    const body = endOfStatement(mask, at + 2, depth + 1);
    return body === undefined ? undefined : endOfSimple(mask, body);
  }
  const bodyStart = behindHead(mask, at);
  if (bodyStart === undefined) return endOfSimple(mask, at);
  const body = endOfStatement(mask, bodyStart, depth + 1);
  if (body === undefined || word !== "if") return body;
  const next = body + leadingSpace(mask, body);
  return /^else\b/.test(mask.slice(next, next + 5)) ? endOfStatement(mask, next + 4, depth + 1) : body;
}

/** Up to the `;` outside of all brackets. */
function endOfSimple(mask: string, start: number): number | undefined {
  for (let i = start; i < Math.min(mask.length, start + reach); i++) {
    const c = mask[i];
    if (c === ";") return i + 1;
    if (c === "}" || c === ")") return undefined;
    if (c === "(" || c === "{" || c === "[") {
      const close = closingBracket(mask, i);
      if (close === undefined) return undefined;
      i = close;
    }
  }
  return undefined;
}

/** Where the body starts if a head such as `if (...)` or `bpf_for(...)` begins here. */
function behindHead(mask: string, start: number): number | undefined {
  const match = /^(\w+)\s*\(/.exec(mask.slice(start, start + 200));
  if (match === null) return undefined;
  const [head, word = ""] = match;
  const close = closingBracket(mask, start + head.length - 1);
  if (close === undefined) return undefined;
  const body = close + 1 + leadingSpace(mask, close + 1);
  if (/^(?:if|for|while|switch)$/.test(word)) return body;
  if (/^(?:typeof|__typeof__|__typeof|__attribute__|_Alignas|__auto_type|sizeof|return)$/.test(word)) return undefined;
  // A macro with a statement behind it and nothing between is a loop of its own.
  return /[A-Za-z_{]/.test(mask[body] ?? "") ? body : undefined;
}

function labelAt(text: string): string | undefined {
  return /^(?:case\b[^:;{}?]*:|default\s*:|(?!default\b|case\b)[A-Za-z_]\w*\s*:(?!:))/.exec(text)?.[0];
}

/** `= {`, `, {`, `{ {`, `(type) {`: a value, not a block. */
function opensInitializer(mask: string, brace: number): boolean {
  const before = mask.slice(0, brace).trimEnd().length;
  const last = mask[before - 1];
  if (last === "=" || last === ",") return true;
  if (last === "{") return opensInitializer(mask, before - 1);
  if (last === "]") return false;
  if (last !== ")") return false;
  const open = openingBracket(mask, before - 1);
  if (open === undefined) return false;
  return (
    !/\w\s*$/.test(mask.slice(Math.max(0, open - 64), open)) ||
    /\breturn\s*$/.test(mask.slice(Math.max(0, open - 64), open))
  );
}

/** The unmatched `(` before `at` in the same block: only a for loop's head and a macro's arguments have a `;` inside. */
function openParenthesisBefore(mask: string, at: number): number | undefined {
  for (let i = at - 1; i >= Math.max(0, at - 4000); i--) {
    const c = mask[i];
    if (c === "(") return i;
    if (c === "{") return undefined;
    // A finished block: whatever is before it cannot be the head of a loop we are in.
    if (c === "}") return undefined;
    if (c === ")" || c === "]") {
      const open = openingBracket(mask, i);
      if (open === undefined) return undefined;
      i = open;
    }
  }
  return undefined;
}

const pairs: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", ")": "(", "]": "[", "}": "{" };

/** The partner of the bracket at `open`; undefined when kinds cross. */
function closingBracket(mask: string, open: number): number | undefined {
  const stack: string[] = [];
  for (let i = open; i < Math.min(mask.length, open + reach); i++) {
    const c = mask[i] ?? "";
    if (c === "(" || c === "[" || c === "{") stack.push(pairs[c] ?? "");
    else if (c === ")" || c === "]" || c === "}") {
      if (stack.pop() !== c) return undefined;
      if (stack.length === 0) return i;
    }
  }
  return undefined;
}

function openingBracket(mask: string, close: number): number | undefined {
  const stack: string[] = [];
  for (let i = close; i >= Math.max(0, close - reach); i--) {
    const c = mask[i] ?? "";
    if (c === ")" || c === "]" || c === "}") stack.push(pairs[c] ?? "");
    else if (c === "(" || c === "[" || c === "{") {
      if (stack.pop() !== c) return undefined;
      if (stack.length === 0) return i;
    }
  }
  return undefined;
}

function leadingSpace(mask: string, at: number): number {
  let i = at;
  while (i < mask.length && /\s/.test(mask[i] ?? "")) i++;
  return i - at;
}

function after(index: number | undefined): number | undefined {
  return index === undefined ? undefined : index + 1;
}
