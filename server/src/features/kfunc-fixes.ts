// Text edits that repair the call of a kernel function, or the extern that declares it. Answers undefined where
// the text is not what it looks like, such as a name that a macro made.
import type { SourceSpan } from "../base/source.ts";
import type { KfuncFix } from "../check/api.ts";
import { codeMask } from "./code-mask.ts";
import { statementAround } from "./statement-around.ts";
import type { TextEdit } from "./text-edit.ts";

export function kfuncFixTitle(fix: KfuncFix): string {
  switch (fix.kind) {
    case "rename-call":
      return `Call ${fix.to}() instead`;
    case "declare":
      return `Declare ${fix.name}() as a kernel symbol`;
    case "correct":
      return `Declare ${fix.name}() as the kernel has it`;
    case "add-attribute":
      return `Declare ${fix.name}() ${fix.attribute}`;
    case "guard":
      return `Call ${fix.name}() only if bpf_ksym_exists()`;
  }
}

export function kfuncFixEdits(fix: KfuncFix): readonly TextEdit[] | undefined {
  switch (fix.kind) {
    case "rename-call":
      return renameCall(fix);
    case "declare":
      return declare(fix);
    case "correct":
      return isDeclaration(fix.at) ? [{ start: fix.at.start, end: fix.at.end, newText: fix.declaration }] : undefined;
    case "add-attribute":
      return addAttribute(fix.at, fix.attribute);
    case "guard":
      return guard(fix);
  }
}

type Rename = Extract<KfuncFix, { kind: "rename-call" }>;
type Guard = Extract<KfuncFix, { kind: "guard" }>;

function renameCall({ at, from, to, declaration, after }: Rename): readonly TextEdit[] | undefined {
  if (textOf(at) !== from) return undefined;
  const rename = { start: at.start, end: at.end, newText: to };
  if (declaration === undefined) return [rename];
  if (after === undefined || after.file !== at.file) return undefined;
  const place = after.end;
  return [{ start: place, end: place, newText: `${newline(at)}${declaration}` }, rename];
}

function declare({ at, declaration }: Extract<KfuncFix, { kind: "declare" }>): readonly TextEdit[] | undefined {
  const start = startOfFunction(codeMask(at.file), at.start);
  if (start === undefined) return undefined;
  return [{ start, end: start, newText: `${declaration}${newline(at)}${newline(at)}` }];
}

/** Behind the last attribute of its kind, or before the `;`. */
function addAttribute(declaration: SourceSpan, attribute: string): readonly TextEdit[] | undefined {
  if (!isDeclaration(declaration)) return undefined;
  const mask = codeMask(declaration.file).slice(declaration.start, declaration.end);
  const ksym = /\b__ksym\b(?=[^;]*;$)/.exec(mask);
  const at = declaration.start + (ksym === null ? mask.lastIndexOf(";") : ksym.index + ksym[0].length);
  return [{ start: at, end: at, newText: ` ${attribute}` }];
}

function guard({ at, name, weaken }: Guard): readonly TextEdit[] | undefined {
  if (textOf(at) !== name) return undefined;
  const mask = codeMask(at.file);
  const statement = statementAround(mask, at.start);
  const end = endOfCall(mask, at.end);
  if (statement === undefined || end === undefined) return undefined;
  const weak = weaken === undefined ? [] : weaken.file === at.file ? addAttribute(weaken, "__weak") : undefined;
  if (weak === undefined) return undefined;
  const test = `bpf_ksym_exists(${name})`;
  if (statement.start === at.start) {
    // The call is the whole statement.
    const indent = /[ \t]*$/.exec(at.file.text.slice(0, at.start))?.[0] ?? "";
    const unit = indent.includes(" ") && !indent.includes("\t") ? "    " : "\t";
    return [...weak, { start: at.start, end: at.start, newText: `if (${test})${newline(at)}${indent}${unit}` }];
  }
  return [...weak, { start: at.start, end: at.start, newText: `(${test} ? ` }, { start: end, end, newText: " : 0)" }];
}

/** Written out, from its first word to the `;`. */
function isDeclaration(span: SourceSpan): boolean {
  return /^(?:extern\b|[A-Za-z_])[^;{}]*;$/.test(codeMask(span.file).slice(span.start, span.end));
}

function textOf({ file, start, end }: SourceSpan): string {
  return file.text.slice(start, end);
}

function newline({ file }: SourceSpan): string {
  return file.text.includes("\r\n") ? "\r\n" : "\n";
}

/** Behind the `)` of the call whose name ends at `from`. */
function endOfCall(mask: string, from: number): number | undefined {
  const open = from + (/^\s*/.exec(mask.slice(from))?.[0].length ?? 0);
  if (mask[open] !== "(") return undefined;
  let depth = 0;
  for (let i = open; i < mask.length; i++) {
    if (mask[i] === "(") depth++;
    else if (mask[i] === ")" && --depth === 0) return i + 1;
  }
  return undefined;
}

/** Start of the line on which the top-level declaration around `at` begins, its SEC() included. */
function startOfFunction(mask: string, at: number): number | undefined {
  let depth = 0;
  let start = 0;
  for (let i = 0; i < at; i++) {
    const c = mask[i];
    if (c === "{" || c === "(") depth++;
    else if (c === "}" || c === ")") depth--;
    if (depth === 0 && (c === ";" || c === "}")) start = i + 1;
  }
  if (depth === 0) return undefined;
  const begin = start + (/^\s*/.exec(mask.slice(start))?.[0].length ?? 0);
  return mask.lastIndexOf("\n", begin) + 1;
}
