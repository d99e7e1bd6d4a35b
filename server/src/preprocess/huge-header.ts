// Headers like vmlinux.h: megabytes of declarations and hardly a directive. They
// are never expanded as a whole. One scan of the text finds where each declaration
// stands and what it declares; tokens of a declaration are made when it is asked
// for, and expanded with the macros that were in force at its place.
import type { SourceFile } from "../base/source.ts";
import { TokenDeclaration } from "./declaration.ts";
import { attributeWords, declaredNames, isOrdinary } from "./declared-names.ts";
import { Expander, type ExpanderHost } from "./expander.ts";
import { LexedFile } from "./lexed-file.ts";
import { lex } from "./lexer.ts";
import type { MacroDefinition } from "./macro.ts";
import { atLineStart, PpToken } from "./pp-token.ts";
import { Scanner } from "./scanner.ts";
import type { Token } from "./token.ts";
import type { Declaration, DeclaredName } from "./unit.ts";

/** Smaller files are cheap enough to be expanded like any other. */
const hugeFrom = 512 * 1024;
/** A header with more directives than this is no generated list of declarations. */
const maxDirectives = 2_000;

const kinds = ["typedef", "struct", "union", "enum", "enumerator", "function", "variable"] as const;

/** The part that does not depend on macros: made once per content. */
export class HugeHeader {
  readonly file: SourceFile;
  /** The directives, with one token of kind "other" for every run of declarations between them; its text is the run's number. */
  readonly skeleton: LexedFile;
  readonly #starts: readonly number[];
  readonly #ends: readonly number[];
  readonly #runs: readonly number[];
  /** name -> declaration * 16 + kind * 2 + defined; several in an array. */
  readonly #names: ReadonlyMap<string, number | number[]>;
  readonly #plain = new Map<number, Declaration>();

  private constructor(file: SourceFile, skeleton: LexedFile, scan: Scan) {
    this.file = file;
    this.skeleton = skeleton;
    this.#starts = scan.starts;
    this.#ends = scan.ends;
    this.#runs = scan.runs;
    this.#names = scan.names;
  }

  /** undefined: not such a header, to be treated like any other. */
  static of(file: SourceFile): HugeHeader | undefined {
    if (file.text.length < hugeFrom) return undefined;
    const scan = scanHeader(file);
    if (scan === undefined) return undefined;
    return new HugeHeader(file, new LexedFile(file, scan.skeleton), scan);
  }

  entriesOf(name: string): readonly number[] {
    const entries = this.#names.get(name);
    if (entries === undefined) return [];
    return typeof entries === "number" ? [entries] : entries;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  runOf(declaration: number): number {
    return this.#runs[declaration]!;
  }

  tokens(declaration: number): PpToken[] {
    return lex(this.file, new Scanner(this.file.text, this.#starts[declaration]!, this.#ends[declaration]!));
  }

  /** The declaration as it is when no macro changes it, shared between units. */
  plain(declaration: number, tokens: readonly PpToken[]): Declaration {
    let plain = this.#plain.get(declaration);
    if (plain === undefined) {
      plain = new TokenDeclaration(tokens, this.file, false);
      this.#plain.set(declaration, plain);
    }
    return plain;
  }
}

let nextId = 0;

/** A huge header as one inclusion sees it. */
export class HugeHeaderView {
  readonly kind = "huge";
  /** Another one for every view. */
  readonly id = nextId++;
  readonly #header: HugeHeader;
  readonly #base: ReadonlyMap<string, MacroDefinition>;
  /** run -> how many of `#changes` come before it; runs that are switched off are missing. */
  readonly #active = new Map<number, number>();
  readonly #changes: { readonly name: string; readonly macro: MacroDefinition | undefined }[] = [];
  readonly #declarations = new Map<number, Declaration>();
  /** Declarations that a macro renames, by the names they really declare. */
  #renamed: Map<string, number[]> | undefined;
  #suspects = new Set<number>();

  constructor(header: HugeHeader, macros: ReadonlyMap<string, MacroDefinition>) {
    this.#header = header;
    this.#base = new Map(macros);
  }

  addRun(run: number): void {
    this.#active.set(run, this.#changes.length);
  }

  addChange(name: string, macro: MacroDefinition | undefined): void {
    this.#changes.push({ name, macro });
  }

  declarationsOf(name: string): Declaration[] {
    const found: Declaration[] = [];
    for (const declaration of this.#find(name)) {
      const made = this.#declaration(declaration);
      if (found[found.length - 1] !== made) found.push(made);
    }
    return found;
  }

  declares(name: string, what: "typedef" | "ordinary"): boolean {
    this.#findRenamed();
    for (const entry of this.#header.entriesOf(name)) {
      if (!this.#active.has(this.#header.runOf(entry >> 4)) || this.#suspects.has(entry >> 4)) continue;
      if (matches(kinds[(entry >> 1) & 7]!, what)) return true;
    }
    const renamed = this.#renamed?.get(name);
    if (renamed === undefined) return false;
    return renamed.some((declaration) =>
      this.#declaration(declaration).names.some((declared) => declared.name === name && matches(declared.kind, what)),
    );
  }

  #find(name: string): number[] {
    this.#findRenamed();
    const found = this.#header
      .entriesOf(name)
      .map((entry) => entry >> 4)
      .filter((declaration) => this.#active.has(this.#header.runOf(declaration)) && !this.#suspects.has(declaration));
    const renamed = this.#renamed?.get(name);
    return renamed === undefined ? found : [...found, ...renamed];
  }

  /** `#define bpf_iter_meta bpf_iter_meta___old` before the header makes it declare another name. */
  #findRenamed(): void {
    if (this.#renamed !== undefined) return;
    this.#renamed = new Map();
    const names = new Set<string>();
    for (const [name, macro] of this.#base) if (macro.builtin === undefined && this.#header.has(name)) names.add(name);
    for (const { name } of this.#changes) if (this.#header.has(name)) names.add(name);
    for (const name of names) {
      for (const entry of this.#header.entriesOf(name)) {
        if (this.#active.has(this.#header.runOf(entry >> 4))) this.#suspects.add(entry >> 4);
      }
    }
    for (const declaration of this.#suspects) {
      for (const { name } of this.#declaration(declaration).names) {
        const known = this.#renamed.get(name);
        if (known === undefined) this.#renamed.set(name, [declaration]);
        else known.push(declaration);
      }
    }
  }

  #declaration(declaration: number): Declaration {
    let made = this.#declarations.get(declaration);
    if (made === undefined) {
      made = this.#make(declaration);
      this.#declarations.set(declaration, made);
    }
    return made;
  }

  #make(declaration: number): Declaration {
    const raw = this.#header.tokens(declaration);
    const changes = this.#active.get(this.#header.runOf(declaration)) ?? 0;
    const expanded = new Expander({ get: (name) => this.#macro(name, changes) }, silentHost).expandList(raw);
    const same = expanded.length === raw.length && expanded.every((token, index) => token === raw[index]);
    return same ? this.#header.plain(declaration, raw) : new TokenDeclaration(expanded, this.#header.file, false);
  }

  #macro(name: string, changes: number): MacroDefinition | undefined {
    for (let i = changes - 1; i >= 0; i--) {
      const change = this.#changes[i]!;
      if (change.name === name) return change.macro;
    }
    const macro = this.#base.get(name);
    // Our own macros stand in for missing headers; this one was found.
    return macro?.builtin === undefined ? macro : undefined;
  }
}

function matches(kind: DeclaredName["kind"], what: "typedef" | "ordinary"): boolean {
  return what === "typedef" ? kind === "typedef" : isOrdinary(kind);
}

const silentHost: ExpanderHost = {
  builtinApplies: () => false,
  unterminated: () => undefined,
  limit: () => undefined,
  includeLevel: 1,
  mainPath: "",
};

interface Scan {
  readonly starts: number[];
  readonly ends: number[];
  readonly runs: number[];
  readonly names: Map<string, number | number[]>;
  readonly skeleton: PpToken[];
}

type OutlineToken = Pick<Token, "kind" | "text">;

/** Walks the text once. undefined if a directive other than #pragma stands inside a declaration, or there are too many. */
function scanHeader(file: SourceFile): Scan | undefined {
  const scan: Scan = { starts: [], ends: [], runs: [], names: new Map(), skeleton: [] };
  const scanner = new Scanner(file.text);
  const outline: OutlineToken[] = [];
  let run = 0;
  let runOpen = false;
  let directives = 0;
  let depth = 0;
  let start = -1;
  let sawParams = false;
  let inEnum = false;
  let afterRecordWord = false;

  const finish = (end: number): void => {
    if (!runOpen) {
      runOpen = true;
      scan.skeleton.push(new PpToken("other", String(run), file, start, start, undefined, true, atLineStart));
    }
    const declaration = scan.starts.length;
    scan.starts.push(start);
    scan.ends.push(end);
    scan.runs.push(run);
    for (const declared of declaredNames(outline)) {
      const entry = declaration * 16 + kinds.indexOf(declared.kind) * 2 + (declared.defined ? 1 : 0);
      const known = scan.names.get(declared.name);
      if (known === undefined) scan.names.set(declared.name, entry);
      else if (typeof known === "number") scan.names.set(declared.name, [known, entry]);
      else known.push(entry);
    }
    outline.length = 0;
    start = -1;
    depth = 0;
    sawParams = false;
    inEnum = false;
    afterRecordWord = false;
  };

  let more = scanner.next();
  while (more) {
    if ((scanner.flags & atLineStart) !== 0 && scanner.spelled === "#") {
      const line: PpToken[] = [];
      do {
        line.push(
          new PpToken(
            scanner.kind,
            scanner.spelled,
            file,
            scanner.start,
            scanner.end,
            undefined,
            scanner.spaceBefore,
            scanner.flags,
          ),
        );
        more = scanner.next();
      } while (more && (scanner.flags & atLineStart) === 0);
      const name = line[1]?.text;
      if (name === "pragma") continue;
      if (start >= 0 || name === "include" || name === "include_next" || ++directives > maxDirectives) return undefined;
      scan.skeleton.push(...line);
      run++;
      runOpen = false;
      continue;
    }
    if (start < 0) start = scanner.start;
    const text = scanner.kind === "punctuator" ? scanner.spelled : undefined;
    // Inside member lists only nested records and enums matter.
    if (depth === 0 || inEnum) {
      // Brackets inside enumerator values would not pair up in what is kept.
      const bracket = depth > 0 && text !== undefined && "()[]".includes(text);
      if (!bracket) outline.push({ kind: scanner.kind, text: text ?? scanner.spelled });
      if (depth === 0 && text === undefined) inEnum = inEnum || isWord(scanner, "enum");
    } else if (text === undefined && scanner.kind === "identifier") {
      const length = scanner.end - scanner.start;
      const recordWord =
        (length === 6 && isWord(scanner, "struct")) ||
        (length === 5 && isWord(scanner, "union")) ||
        (length === 4 && isWord(scanner, "enum"));
      if (recordWord || afterRecordWord) outline.push({ kind: "identifier", text: scanner.spelled });
      if (length === 4 && recordWord && isWord(scanner, "enum")) inEnum = true;
      afterRecordWord = recordWord;
    } else if (text === "{" || text === "}") outline.push({ kind: "punctuator", text });
    if (text !== undefined) {
      if (text === "{") depth++;
      else if (text === "}") {
        if (depth > 0) depth--;
        inEnum = false;
        if (depth === 0 && sawParams && outline[0]?.text !== "typedef") finish(scanner.end);
      } else if (text === ";") {
        if (depth === 0) finish(scanner.end);
        else inEnum = false;
      } else if (text === "(" && depth === 0) {
        sawParams ||= !attributeWords.has(outline[outline.length - 2]?.text ?? "");
      }
    }
    more = scanner.next();
  }
  if (start >= 0) finish(scanner.text.length);
  return scan;
}

function isWord(scanner: Scanner, word: string): boolean {
  return scanner.end - scanner.start === word.length && scanner.text.startsWith(word, scanner.start);
}
