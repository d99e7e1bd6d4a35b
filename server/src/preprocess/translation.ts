// One run over one translation unit: follows includes and conditionals, keeps the
// macro table, and feeds expanded tokens to the splitter. Mutable and used once;
// what may be kept for other units goes to the header cache.
import { checkCancelled } from "../base/cancellation.ts";
import type { SourceFile } from "../base/source.ts";
import { evaluateCondition } from "./condition.ts";
import { TokenDeclaration } from "./declaration.ts";
import { DeclarationGroup } from "./declaration-group.ts";
import { type EditMemory, isOfThisLine, MovedDeclaration, type Stretch } from "./edit-memory.ts";
import { Expander, type ExpanderHost, type OuterSource } from "./expander.ts";
import { answerHasQueries } from "./has-queries.ts";
import { hashText } from "./hash.ts";
import type { HeaderStore, IncludeEffect, LoadedFile } from "./header-cache.ts";
import { HugeHeaderView } from "./huge-header.ts";
import { type IncludeName, IncludeSearch } from "./include-search.ts";
import type { Directive, FileTokens } from "./lexed-file.ts";
import type { MacroDefinition } from "./macro.ts";
import type { MainFile } from "./main-file.ts";
import { withVisibleEffect } from "./overridden-macros.ts";
import { atColumnZero, type PpToken } from "./pp-token.ts";
import { Splitter } from "./splitter.ts";
import { type BaseState, mixState } from "./start-state.ts";
import type { Declaration, PreprocessLimits, PreprocessProblem, PreprocessRequest } from "./unit.ts";

/** Headers a unit may include, repetitions counted: real ones reach 1,500. */
const maxInclusions = 20_000;
/** Problems kept for one unit; a file with more is no C file. */
const maxProblems = 500;

/** The rest of the unit is dropped. */
class Stop extends Error {}

interface Conditional {
  readonly directive: Directive;
  /** Some group of it was or is being read. */
  taken: boolean;
  elseSeen: boolean;
}

/** A file being read. */
interface Frame {
  readonly lexed: FileTokens;
  /** The same, when it is the file being checked: its tokens are made as they are read. */
  readonly main: MainFile | undefined;
  /** Where in the include path it was found. */
  readonly directory: number;
  readonly conditionals: Conditional[];
  /** Set while the skeleton of a huge header is read. */
  readonly view: HugeHeaderView | undefined;
  index: number;
  directive: number;
  /** Reading arguments of a macro call: braces opened in them, and the token before. */
  argumentBraces: number;
  argumentBefore: string;
}

/** Collects what one inclusion does, so that it can be done again. */
interface Recorder {
  readonly group: DeclarationGroup;
  readonly changes: { readonly name: string; readonly macro: MacroDefinition | undefined }[];
  readonly problems: PreprocessProblem[];
  readonly files: LoadedFile[];
  readonly missing: string[];
  readonly asked: Map<string, boolean>;
  /** By name, how many `#pragma push_macro` wait for their pop. */
  readonly pushed: Map<string, number>;
  /** Something in it depends on more than the macro state: do not keep. */
  volatile: boolean;
  depth: number;
}

/** A stretch of the main file being read, see edit-memory.ts. */
interface OpenStretch {
  readonly index: number;
  readonly directive: number;
  readonly conditional: Conditional | undefined;
  readonly state: number;
  readonly start: number;
  readonly tokens: number;
  readonly made: number;
  readonly problems: number;
  readonly asked: Map<string, boolean>;
  readonly declarations: Declaration[];
}

export interface Translation {
  readonly files: readonly SourceFile[];
  readonly missing: readonly string[];
  readonly group: DeclarationGroup;
  readonly macros: ReadonlyMap<string, MacroDefinition>;
  readonly problems: readonly PreprocessProblem[];
}

export function translate(
  request: PreprocessRequest,
  main: MainFile,
  limits: PreprocessLimits,
  base: BaseState,
  store: HeaderStore,
): Translation {
  return new Run(request, main, limits, base, store).whole();
}

class Run implements ExpanderHost {
  readonly mainPath: string;
  readonly #request: PreprocessRequest;
  readonly #main: MainFile;
  readonly #limits: PreprocessLimits;
  readonly #store: HeaderStore;
  readonly #search: IncludeSearch;
  readonly #macros: Map<string, MacroDefinition>;
  #state: number;
  readonly #expander: Expander;
  readonly #splitter: Splitter;
  readonly #frames: Frame[] = [];
  readonly #recorders: Recorder[] = [newRecorder()];
  /** `#pragma push_macro`. */
  readonly #pushed = new Map<string, (MacroDefinition | undefined)[]>();
  readonly #expanded: PpToken[] = [];
  #tokens = 0;
  #inclusions = 0;
  #untilCheck = 0;
  /** Where the raw tokens of the declaration being read begin, if they all come from one file. */
  #plainFrame: FileTokens | undefined;
  #plainStart = 0;
  readonly #memory: EditMemory | undefined;
  #stretch: OpenStretch | undefined;

  constructor(
    request: PreprocessRequest,
    main: MainFile,
    limits: PreprocessLimits,
    base: BaseState,
    store: HeaderStore,
  ) {
    this.#request = request;
    this.mainPath = request.path;
    this.#main = main;
    this.#limits = limits;
    this.#store = store;
    this.#search = new IncludeSearch(store, request.reader, request.config);
    this.#memory = store.memoryFor(request.path);
    this.#macros = new Map(base.macros);
    this.#state = base.state;
    this.#expander = new Expander(this.#macros, this);
    this.#splitter = new Splitter((tokens) => this.#declare(tokens));
  }

  whole(): Translation {
    try {
      for (const path of this.#request.config.forcedIncludes) this.#forcedInclude(path);
      this.#read(frameOf(this.#main, this.#main, -1));
      if (this.#memory !== undefined) this.#store.keepMemory(this.mainPath, this.#memory);
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
    }
    this.#splitter.flush();
    while (this.#recorders.length > 1) this.#merge(this.#recorders.pop()!);
    const recorder = this.#recorders[0]!;
    const files = new Set<SourceFile>([this.#main.file]);
    for (const file of recorder.files) files.add(file.source);
    return {
      files: [...files],
      missing: [...new Set(recorder.missing)],
      group: recorder.group,
      macros: this.#macros,
      problems: recorder.problems,
    };
  }

  // --- what the expander asks ---

  get includeLevel(): number {
    return this.#frames.length - 1;
  }

  builtinApplies(macro: MacroDefinition, before: PpToken | undefined, outermost: boolean): boolean {
    if (macro.name.startsWith("__kfunc_ls_")) return true;
    const tokens = this.#splitter.tokens;
    const last = before ?? (outermost ? tokens[tokens.length - 1] : undefined);
    if (last !== undefined && (last.text === "." || last.text === "->")) return false;
    // Macros that stand for expressions and statements mean nothing where declarators
    // stand; there the user is declaring the name.
    if (outermost && macro.builtin !== "anywhere" && (macro.builtin === "expression") === this.#splitter.inDeclarator) {
      return false;
    }
    return !this.#declared(macro.name);
  }

  unterminated(token: PpToken): void {
    this.#problem("unterminated", token, `the call of macro ${token.text} has no closing parenthesis`);
  }

  limit(token: PpToken, message: string): void {
    this.#problem("limit", token, `macro ${token.text}: ${message}`);
  }

  /** Does the code so far declare `name`? Remembers the question for the includes being recorded. */
  #declared(name: string): boolean {
    let declared = false;
    for (const recorder of this.#recorders) {
      if (recorder !== this.#recorders[0] && !recorder.asked.has(name)) recorder.asked.set(name, declared);
      declared ||= recorder.group.declaresOrdinary(name);
    }
    this.#stretch?.asked.set(name, this.#stretch.asked.get(name) ?? declared);
    return declared;
  }

  // --- files ---

  #read(frame: Frame): void {
    this.#frames.push(frame);
    const { lexed, main } = frame;
    if (main !== undefined) this.#readMain(frame, main);
    else {
      for (;;) {
        const directive = lexed.directives[frame.directive];
        const stop = directive?.at ?? lexed.tokens.length;
        while (frame.index < stop) this.#text(frame);
        if (lexed.directives[frame.directive] !== directive) continue;
        if (directive === undefined) break;
        this.#directive(frame, directive, false);
      }
    }
    if (lexed.truncatedAt !== undefined) {
      this.#problemAt("limit", lexed.file, lexed.truncatedAt, "the file has too many tokens; the rest is not read");
    }
    for (const { directive } of frame.conditionals) {
      this.#problem("unterminated", lexed.tokens[directive.at]!, `#${directive.name} without #endif`);
    }
    if (lexed.openComment !== undefined) {
      this.#problemAt("unterminated", lexed.file, lexed.openComment, "comment without an end");
    }
    this.#frames.pop();
  }

  #readMain(frame: Frame, main: MainFile): void {
    for (;;) {
      main.reach(frame.index);
      const directive = main.directives[frame.directive];
      if (directive !== undefined && frame.index >= directive.at) this.#directive(frame, directive, false);
      else if (frame.index < main.tokens.length) this.#stretchOrText(frame, main);
      else break;
    }
  }

  /** One token of the main file, or all that is known from its last version. */
  #stretchOrText(frame: Frame, main: MainFile): void {
    const first = main.tokens[frame.index]!;
    if (!this.#splitter.atBoundary && (first.flags & atColumnZero) !== 0) {
      main.reach(frame.index + 1);
      this.#splitter.columnZero(first, main.tokens[frame.index + 1]);
    }
    const memory = this.#memory;
    if (memory !== undefined && this.#splitter.atBoundary) {
      if (this.#reuse(frame, main, memory, first)) return;
      this.#stretch = this.#openStretch(frame, first);
    }
    this.#text(frame);
    if (memory !== undefined && this.#splitter.atBoundary) this.#closeStretch(frame, memory);
  }

  #reuse(frame: Frame, main: MainFile, memory: EditMemory, { start }: PpToken): boolean {
    const { file } = main;
    const stretch = memory.find(file, start, this.#state, (candidate) => this.#stretchFits(candidate, main));
    if (stretch === undefined) return false;
    const { group } = this.#recorders[this.#recorders.length - 1]!;
    for (const declaration of stretch.declarations) {
      group.add(new MovedDeclaration(declaration, stretch, file, start));
    }
    memory.keep(stretch);
    main.jump(frame.index, start + stretch.end - stretch.start, stretch.rawTokens);
    this.#tokens += stretch.tokens;
    this.#expander.made += stretch.made;
    return true;
  }

  #stretchFits(stretch: Stretch, main: MainFile): boolean {
    if (!main.hasRoomFor(stretch.rawTokens)) return false;
    if (this.#tokens + this.#expander.made + stretch.tokens + stretch.made > this.#limits.maxTokens) return false;
    for (const [name, declared] of stretch.asked) if (this.#declared(name) !== declared) return false;
    return true;
  }

  #openStretch(frame: Frame, first: PpToken): OpenStretch {
    return {
      index: frame.index,
      directive: frame.directive,
      conditional: frame.conditionals.at(-1),
      state: this.#state,
      start: first.start,
      tokens: this.#tokens,
      made: this.#expander.made,
      problems: this.#recorders[0]!.problems.length,
      asked: new Map(),
      declarations: [],
    };
  }

  #closeStretch(frame: Frame, memory: EditMemory): void {
    const open = this.#stretch;
    this.#stretch = undefined;
    if (open === undefined) return;
    if (this.#state !== open.state || frame.conditionals.at(-1) !== open.conditional) return;
    const inside = frame.lexed.directives.slice(open.directive, frame.directive);
    if (!inside.every((directive) => changesNothing(frame, directive))) return;
    if (this.#recorders[0]!.problems.length !== open.problems) return;
    const last = frame.lexed.tokens[frame.index - 1]!;
    // Behind another token, the text that follows could have a say in what this becomes.
    if (last.text !== ";" && last.text !== "}") return;
    const { file } = frame.lexed;
    const stretch: Stretch = {
      file,
      start: open.start,
      end: last.end,
      rawTokens: frame.index - open.index,
      declarations: open.declarations,
      state: open.state,
      ofThisLine: isOfThisLine(open.declarations),
      asked: open.asked,
      tokens: this.#tokens - open.tokens,
      made: this.#expander.made - open.made,
      version: memory.version,
    };
    memory.keep(stretch);
  }

  /** One token of a file, with all that its expansion takes along. */
  #text(frame: Frame): void {
    const tokens = frame.lexed.tokens;
    const index = frame.index++;
    const token = tokens[index]!;
    if (frame.view !== undefined) {
      frame.view.addRun(Number(token.text));
      return;
    }
    if (--this.#untilCheck < 0) this.#check(token);
    const splitter = this.#splitter;
    if ((token.flags & atColumnZero) !== 0 && frame.main === undefined) splitter.columnZero(token, tokens[index + 1]);
    if (splitter.atBoundary) {
      this.#plainFrame = frame.lexed;
      this.#plainStart = index;
      this.#expander.counter = 0;
    }
    this.#tokens++;
    if (token.kind === "identifier") {
      const macro = this.#macros.get(token.text);
      if (macro !== undefined) {
        const out = this.#expanded;
        out.length = 0;
        const made = this.#expander.made;
        if (this.#expander.expand(token, macro, this.#outer(frame), out)) {
          this.#tokens += out.length;
          this.#untilCheck -= out.length + this.#expander.made - made;
          for (let i = 0; i < out.length; i++) splitter.push(out[i]!);
          out.length = 0;
          return;
        }
      }
    }
    splitter.push(token);
  }

  #check(token: PpToken): void {
    this.#untilCheck = 2_000;
    checkCancelled(this.#request.cancellation);
    if (this.#tokens + this.#expander.made > this.#limits.maxTokens) {
      this.#problem("limit", token, `more than ${this.#limits.maxTokens} tokens; the rest of the file is not read`);
      throw new Stop();
    }
  }

  #declare(tokens: PpToken[]): void {
    const first = tokens[0]!;
    const recorder = this.#recorders[this.#recorders.length - 1]!;
    const made = this.#plain(tokens) ?? new TokenDeclaration(tokens, first.file, first.file === this.#main.file);
    recorder.group.add(made);
    this.#stretch?.declarations.push(made);
    this.#plainFrame = undefined;
    this.#expander.counter = 0;
  }

  /** The shared declaration, when no macro and no directive had a part in it. */
  #plain(tokens: PpToken[]): TokenDeclaration | undefined {
    const lexed = this.#plainFrame;
    if (lexed === undefined) return undefined;
    const start = this.#plainStart;
    for (let i = 0; i < tokens.length; i++) {
      if (tokens[i] !== lexed.tokens[start + i]) return undefined;
    }
    const known = lexed.plainDeclarations.get(start);
    if (known !== undefined && known.tokens.length === tokens.length) return known as TokenDeclaration;
    const made = new TokenDeclaration(tokens, lexed.file, lexed.file === this.#main.file);
    lexed.plainDeclarations.set(start, made);
    return made;
  }

  #outerFrame: Frame | undefined;
  readonly #outerSource: OuterSource = {
    nextIsOpenParenthesis: () => {
      const frame = this.#outerFrame!;
      frame.main?.reach(frame.index);
      return frame.lexed.tokens[frame.index]?.text === "(";
    },
    takeArgumentToken: () => this.#takeArgumentToken(this.#outerFrame!),
  };

  #outer(frame: Frame): OuterSource {
    this.#outerFrame = frame;
    frame.argumentBraces = 0;
    frame.argumentBefore = "";
    return this.#outerSource;
  }

  #takeArgumentToken(frame: Frame): PpToken | undefined {
    for (;;) {
      frame.main?.reach(frame.index);
      const directive = frame.lexed.directives[frame.directive];
      if (directive !== undefined && frame.index >= directive.at) {
        this.#directive(frame, directive, true);
        continue;
      }
      const token = frame.lexed.tokens[frame.index];
      if (token === undefined) return undefined;
      if ((token.flags & atColumnZero) !== 0 && endsBrokenCall(token, frame)) return undefined;
      if (token.text === "{") frame.argumentBraces++;
      else if (token.text === "}") frame.argumentBraces--;
      frame.argumentBefore = token.text;
      frame.index++;
      this.#tokens++;
      return token;
    }
  }

  // --- directives ---

  #directive(frame: Frame, directive: Directive, inArguments: boolean): void {
    frame.index = directive.end;
    frame.directive++;
    const { tokens } = frame.lexed;
    switch (directive.name) {
      case "define":
        this.#define(frame, directive);
        return;
      case "undef": {
        const name = tokens[directive.at + 2];
        if (name === undefined || directive.end < directive.at + 3) return;
        if (this.#macros.get(name.text)?.builtin === undefined) this.#setMacro(name.text, undefined);
        return;
      }
      case "include":
      case "include_next":
      case "import":
        if (inArguments) {
          this.#problem("directive", tokens[directive.at]!, `#${directive.name} inside the arguments of a macro`);
          return;
        }
        this.#include(frame, directive);
        return;
      case "if":
      case "ifdef":
      case "ifndef": {
        const taken = this.#condition(frame, directive);
        frame.conditionals.push({ directive, taken, elseSeen: false });
        if (!taken) skipGroup(frame);
        return;
      }
      case "elif":
      case "elifdef":
      case "elifndef":
      case "else": {
        const conditional = frame.conditionals[frame.conditionals.length - 1];
        if (conditional === undefined || conditional.elseSeen) {
          this.#problem("directive", tokens[directive.at]!, `#${directive.name} without #if`);
          return;
        }
        if (directive.name === "else") conditional.elseSeen = true;
        if (conditional.taken || !(directive.name === "else" || this.#condition(frame, directive))) skipGroup(frame);
        else conditional.taken = true;
        return;
      }
      case "endif":
        if (frame.conditionals.pop() === undefined) {
          this.#problem("directive", tokens[directive.at]!, "#endif without #if");
        }
        return;
      case "pragma":
        this.#pragma(frame, directive);
        return;
      case "error":
        this.#problem("directive", tokens[directive.at]!, `#error${rest(frame, directive)}`);
        return;
      default:
        // #line, #warning, #ident, line markers and the null directive change nothing for us.
        return;
    }
  }

  #define(frame: Frame, directive: Directive): void {
    const macro = frame.lexed.definition(directive);
    if (typeof macro === "string") {
      this.#problem("directive", frame.lexed.tokens[directive.at]!, macro);
      return;
    }
    this.#setMacro(macro.name, withVisibleEffect(macro));
  }

  #setMacro(name: string, macro: MacroDefinition | undefined): void {
    if (macro === undefined) this.#macros.delete(name);
    else this.#macros.set(name, macro);
    this.#state = mixState(this.#state, macro === undefined ? hashText(name) : macro.hash);
    this.#recorders[this.#recorders.length - 1]!.changes.push({ name, macro });
    for (const frame of this.#frames) frame.view?.addChange(name, macro);
  }

  #condition(frame: Frame, directive: Directive): boolean {
    const { tokens } = frame.lexed;
    const name = tokens[directive.at + 2];
    const hash = tokens[directive.at]!;
    switch (directive.name) {
      case "ifdef":
      case "elifdef":
      case "ifndef":
      case "elifndef": {
        if (name === undefined || directive.end < directive.at + 3) {
          this.#problem("directive", hash, `macro name missing after #${directive.name}`);
          return false;
        }
        return this.#isDefined(name.text) === !directive.name.includes("n", 2);
      }
      default: {
        const line = tokens.slice(directive.at + 2, directive.end);
        const hasInclude = (include: IncludeName): boolean => {
          // The answer depends on more than the text and the macros.
          this.#stretch = undefined;
          return this.#find(frame, include) !== undefined;
        };
        const query = { isDefined: (macro: string) => this.#isDefined(macro), hasInclude };
        const answered = answerHasQueries(line, query);
        const expanded = this.#expander.expandList(answered);
        const result = evaluateCondition(answerHasQueries(expanded, query));
        if ("value" in result) return result.value;
        this.#problem("directive", hash, result.problem);
        return false;
      }
    }
  }

  #isDefined(name: string): boolean {
    const macro = this.#macros.get(name);
    if (macro !== undefined) return macro.builtin === undefined;
    return name.startsWith("__has_") && definedOperators.has(name);
  }

  #pragma(frame: Frame, directive: Directive): void {
    const { tokens } = frame.lexed;
    const words = tokens.slice(directive.at + 2, directive.end);
    const what = words[0]?.text;
    if (what === "once") {
      if (this.#frames.length > 1) this.#setMacro(onceMark(frame.lexed.file.path), onceMacro);
      return;
    }
    if (what !== "push_macro" && what !== "pop_macro") return;
    const name = words[2]?.text.slice(1, -1);
    if (name === undefined || words[2]?.kind !== "string") return;
    for (const recorder of this.#recorders) notePushed(recorder, name, what === "push_macro");
    const stack = this.#pushed.get(name) ?? [];
    this.#pushed.set(name, stack);
    if (what === "push_macro") stack.push(this.#macros.get(name));
    else if (stack.length > 0) this.#setMacro(name, stack.pop());
  }

  // --- includes ---

  #include(frame: Frame, directive: Directive): void {
    const include = this.#includeName(frame, directive);
    const hash = frame.lexed.tokens[directive.at]!;
    if (include === undefined) {
      this.#problem("directive", hash, "#include needs a file name in quotes or angle brackets");
      return;
    }
    const found = this.#find(frame, include);
    if (found === undefined) {
      const last = frame.lexed.tokens[directive.end - 1]!;
      this.#report({
        kind: "missing-include",
        message: `header ${include.name} not found`,
        span: { file: hash.file, start: hash.start, end: last.end },
      });
      return;
    }
    if (directive.name === "import") this.#setMacro(onceMark(found.file.source.path), onceMacro);
    this.#enter(found.file, found.directory, hash);
  }

  #forcedInclude(path: string): void {
    const recorder = this.#recorders[0]!;
    const file = this.#search.load(path);
    if (file === undefined) {
      recorder.missing.push(path);
      this.#problemAt("missing-include", this.#main.file, 0, `header ${path} not found`);
      return;
    }
    this.#enter(file, -1, undefined);
  }

  #find(frame: Frame, include: IncludeName) {
    const recorder = this.#recorders[this.#recorders.length - 1]!;
    const found = this.#search.find(include, frame.lexed.file.path, frame.directory, recorder.missing);
    if (found !== undefined) recorder.files.push(found.file);
    return found;
  }

  #includeName(frame: Frame, directive: Directive): IncludeName | undefined {
    const { tokens, file } = frame.lexed;
    const next = directive.name === "include_next";
    const first = directive.end > directive.at + 2 ? tokens[directive.at + 2] : undefined;
    if (first === undefined) return undefined;
    if (first.kind === "string") return { name: first.text.slice(1, -1), quoted: true, next };
    if (first.text.startsWith("<")) {
      const line = /^<([^>\n\r]+)>/.exec(file.text.slice(first.start, first.start + 4096));
      return line === null ? undefined : { name: line[1]!, quoted: false, next };
    }
    const expanded = this.#expander.expandList(tokens.slice(directive.at + 2, directive.end));
    if (expanded[0]?.kind === "string") return { name: expanded[0].text.slice(1, -1), quoted: true, next };
    const spelled = expanded.map((token, i) => (i > 0 && token.spaceBefore ? " " : "") + token.text).join("");
    const angled = /^<([^>]+)>/.exec(spelled);
    return angled === null ? undefined : { name: angled[1]!, quoted: false, next };
  }

  /** Includes a file, from memory if it was included in this very state before. */
  #enter(file: LoadedFile, directory: number, at: PpToken | undefined): void {
    const { source } = file;
    const parent = this.#recorders[this.#recorders.length - 1]!;
    parent.files.push(file);
    if (++this.#inclusions > maxInclusions) {
      this.#problemAt("limit", source, 0, `more than ${maxInclusions} inclusions; the rest of the file is not read`);
      throw new Stop();
    }
    if (this.#macros.has(onceMark(source.path))) return;
    if (source.text.length > this.#limits.maxFileBytes) {
      this.#problemAt(
        "limit",
        source,
        0,
        `the header is larger than ${this.#limits.maxFileBytes} characters; not read`,
      );
      return;
    }
    if (this.#frames.length > this.#limits.maxIncludeDepth) {
      const place = at ?? file.lexed.tokens[0];
      const message = `includes nest more than ${this.#limits.maxIncludeDepth} deep; ${source.path} is left out here`;
      if (place !== undefined) this.#problem("limit", place, message);
      for (const recorder of this.#recorders) recorder.volatile = true;
      return;
    }
    const { huge } = file;
    const lexed = huge === undefined ? file.lexed : huge.skeleton;
    if (lexed.guard !== undefined && this.#isDefined(lexed.guard)) return;

    const view = huge === undefined ? undefined : new HugeHeaderView(huge, this.#macros);
    const frame = frameOf(lexed, undefined, directory, view);
    if (!this.#splitter.atBoundary) {
      // In the middle of a declaration: its tokens join those around it.
      if (view !== undefined) parent.group.add(view);
      this.#read(frame);
      return;
    }
    const key = `${this.#state} ${directory} ${source.path}`;
    const effect = this.#store.effect(key, (path) => this.#search.load(path));
    if (effect !== undefined && this.#fits(effect)) {
      this.#replay(effect);
      return;
    }
    this.#record(key, file, frame, view);
  }

  #record(key: string, file: LoadedFile, frame: Frame, view: HugeHeaderView | undefined): void {
    const recorder = newRecorder();
    recorder.files.push(file);
    const before = { tokens: this.#tokens + this.#expander.made, inclusions: this.#inclusions };
    this.#recorders.push(recorder);
    if (view !== undefined) recorder.group.add(view);
    this.#read(frame);
    this.#recorders.pop();
    this.#merge(recorder);
    if (recorder.volatile || recorder.pushed.size > 0 || !this.#splitter.atBoundary) return;
    this.#store.keep(key, {
      endState: this.#state,
      changes: lastOfEach(recorder.changes),
      group: recorder.group,
      problems: recorder.problems,
      files: [...new Set(recorder.files)],
      missing: [...new Set(recorder.missing)],
      asked: recorder.asked,
      tokens: this.#tokens + this.#expander.made - before.tokens,
      inclusions: this.#inclusions - before.inclusions,
      depth: recorder.depth,
    });
  }

  #fits(effect: IncludeEffect): boolean {
    if (this.#frames.length + effect.depth > this.#limits.maxIncludeDepth) return false;
    if (this.#inclusions + effect.inclusions > maxInclusions) return false;
    if (this.#tokens + this.#expander.made + effect.tokens > this.#limits.maxTokens) return false;
    for (const [name, declared] of effect.asked) if (this.#declared(name) !== declared) return false;
    return true;
  }

  #replay(effect: IncludeEffect): void {
    for (const { name, macro } of effect.changes) {
      if (macro === undefined) this.#macros.delete(name);
      else this.#macros.set(name, macro);
    }
    this.#state = effect.endState;
    this.#tokens += effect.tokens;
    this.#inclusions += effect.inclusions;
    this.#merge(effect);
  }

  /** What an inclusion did is part of what the including file does. */
  #merge(inner: Recorder | IncludeEffect): void {
    const outer = this.#recorders[this.#recorders.length - 1]!;
    outer.group.add(inner.group);
    for (const change of inner.changes) outer.changes.push(change);
    for (const problem of inner.problems) if (outer.problems.length < maxProblems) outer.problems.push(problem);
    for (const file of inner.files) outer.files.push(file);
    for (const path of inner.missing) outer.missing.push(path);
    outer.depth = Math.max(outer.depth, inner.depth + 1);
    if ("volatile" in inner && inner.volatile) outer.volatile = true;
  }

  // --- problems ---

  #problem(kind: PreprocessProblem["kind"], token: PpToken, message: string): void {
    this.#report({ kind, message, span: { file: token.file, start: token.start, end: token.end } });
  }

  #problemAt(kind: PreprocessProblem["kind"], file: SourceFile, offset: number, message: string): void {
    this.#report({ kind, message, span: { file, start: offset, end: Math.min(offset + 1, file.text.length) } });
  }

  #report(problem: PreprocessProblem): void {
    const recorder = this.#recorders[this.#recorders.length - 1]!;
    if (recorder.problems.length < maxProblems) recorder.problems.push(problem);
  }
}

/** Is it a condition, or a pragma for the compiler? */
function changesNothing({ lexed }: Frame, { name, at }: Directive): boolean {
  if (name !== "pragma") return conditions.has(name);
  const what = lexed.tokens[at + 2]?.text;
  return what !== "once" && what !== "push_macro" && what !== "pop_macro";
}

const conditions: ReadonlySet<string> = new Set([
  "if",
  "ifdef",
  "ifndef",
  "elif",
  "elifdef",
  "elifndef",
  "else",
  "endif",
]);

const definedOperators: ReadonlySet<string> = new Set([
  "__has_include",
  "__has_include_next",
  "__has_builtin",
  "__has_attribute",
  "__has_c_attribute",
  "__has_declspec_attribute",
  "__has_feature",
  "__has_extension",
  "__has_warning",
]);

/** `#pragma once` is a macro no program can spell, so that it is part of the macro state. */
function onceMark(path: string): string {
  return `#once ${path}`;
}

const onceMacro: MacroDefinition = { name: "", params: undefined, variadic: false, body: [], hash: hashText("#once") };

function newRecorder(): Recorder {
  return {
    group: new DeclarationGroup(),
    changes: [],
    problems: [],
    files: [],
    missing: [],
    asked: new Map(),
    pushed: new Map(),
    volatile: false,
    depth: 0,
  };
}

/** What is pushed and popped again within is only a change of the macro; a pop of what others pushed is more. */
function notePushed(recorder: Recorder, name: string, push: boolean): void {
  const count = (recorder.pushed.get(name) ?? 0) + (push ? 1 : -1);
  if (count < 0) recorder.volatile = true;
  else if (count === 0) recorder.pushed.delete(name);
  else recorder.pushed.set(name, count);
}

function frameOf(lexed: FileTokens, main: MainFile | undefined, directory: number, view?: HugeHeaderView): Frame {
  return {
    lexed,
    main,
    directory,
    conditionals: [],
    view,
    index: 0,
    directive: 0,
    argumentBraces: 0,
    argumentBefore: "",
  };
}

/** Moves to the directive that ends the group just left out. */
function skipGroup(frame: Frame): void {
  const { directives, tokens } = frame.lexed;
  const hasMore = () => frame.main?.reachDirective(frame.directive) ?? frame.directive < directives.length;
  let depth = 0;
  for (; hasMore(); frame.directive++) {
    const directive = directives[frame.directive]!;
    switch (directive.name) {
      case "if":
      case "ifdef":
      case "ifndef":
        depth++;
        break;
      case "endif":
        if (depth === 0) {
          frame.index = directive.at;
          return;
        }
        depth--;
        break;
      case "else":
      case "elif":
      case "elifdef":
      case "elifndef":
        if (depth === 0) {
          frame.index = directive.at;
          return;
        }
        break;
      default:
        break;
    }
  }
  frame.index = tokens.length;
}

/**
 * Must a macro call without an end stop before this token at column 0? A brace there
 * ends or begins a function, unless the argument itself holds it.
 */
function endsBrokenCall(token: PpToken, frame: Frame): boolean {
  switch (token.text) {
    case "}":
      return frame.argumentBraces <= 0;
    case "{":
      return frame.argumentBefore !== "(" && frame.argumentBefore !== ",";
    case "static":
    case "extern":
    case "typedef":
    case "SEC":
      return true;
    default:
      return false;
  }
}

function lastOfEach(changes: Recorder["changes"]): Recorder["changes"] {
  const last = new Map<string, MacroDefinition | undefined>();
  for (const { name, macro } of changes) last.set(name, macro);
  return [...last].map(([name, macro]) => ({ name, macro }));
}

function rest(frame: Frame, directive: Directive): string {
  const words = frame.lexed.tokens.slice(directive.at + 2, directive.end).map((token) => token.text);
  return words.length === 0 ? "" : ` ${words.join(" ").slice(0, 200)}`;
}
