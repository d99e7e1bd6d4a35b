// Decides whether there is something to say about a place in a BPF C text, and about what:
// a kfunc's name, a KF_ flag, or the suffix of a parameter in a kfunc's declaration.
// Everything else is clangd's business. What is said comes from the registry.
import type { SourceFile } from "../base/source.ts";
import { codeMask } from "./code-mask.ts";

export interface Hover {
  readonly start: number;
  readonly end: number;
  readonly markdown: string;
}

/** The registry's words, as Markdown; undefined for what it does not know. */
export interface Glossary {
  kfunc(name: string): string | undefined;
  flag(name: string): string | undefined;
  /** By the parameter's whole name: the suffix is its end. */
  parameterSuffix(parameter: string): string | undefined;
}

export function hoverAt(file: SourceFile, offset: number, glossary: Glossary): Hover | undefined {
  const word = wordAt(file, offset);
  if (word === undefined) return undefined;
  const markdown = meaning(word, codeMask(file), glossary);
  return markdown === undefined ? undefined : { start: word.start, end: word.end, markdown };
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The identifier under or just before the offset; none in comments, literals and preprocessor lines. */
function wordAt(file: SourceFile, offset: number): Word | undefined {
  const mask = codeMask(file);
  const at = Math.max(0, Math.min(offset, mask.length));
  // No identifier of C that anybody hovers over is longer.
  const before = /\w*$/.exec(mask.slice(Math.max(0, at - 256), at))?.[0] ?? "";
  const after = /^\w*/.exec(mask.slice(at, at + 256))?.[0] ?? "";
  const text = before + after;
  if (!/^[A-Za-z_]/.test(text)) return undefined;
  return { text, start: at - before.length, end: at + after.length };
}

function meaning(word: Word, mask: string, glossary: Glossary): string | undefined {
  if (word.text.startsWith("KF_")) return glossary.flag(word.text);
  // A member of that name is no call.
  if (/(?:\.|->)\s*$/.test(mask.slice(Math.max(0, word.start - 64), word.start))) return undefined;
  return glossary.kfunc(word.text) ?? suffixMeaning(word, mask, glossary);
}

function suffixMeaning(word: Word, mask: string, glossary: Glossary): string | undefined {
  if (!/__\w+$/.test(word.text)) return undefined;
  return isKfuncParameter(word, mask) ? glossary.parameterSuffix(word.text) : undefined;
}

/** Is the word inside the parentheses of an `extern ... __ksym;` declaration, or of a `__bpf_kfunc` definition? */
function isKfuncParameter(word: Word, mask: string): boolean {
  const start = 1 + Math.max(...[";", "{", "}"].map((end) => mask.lastIndexOf(end, word.start)));
  const rest = mask.slice(word.end, word.end + longestPrototype);
  const end = rest.search(/[;{}]/);
  const head = mask.slice(Math.max(start, word.start - longestPrototype), word.start);
  const tail = end === -1 ? rest : rest.slice(0, end);
  if (!head.includes("(")) return false;
  return /\b__ksym\b/.test(tail) || /\b__bpf_kfunc\b/.test(head);
}

const longestPrototype = 4000;
