// The room's front door: one C file in, its expanded top-level declarations out.
import { SourceFile } from "../base/source.ts";
import { builtinDeclarations } from "./builtin-declarations.ts";
import { createHeaderCache, type HeaderCache, HeaderStore } from "./header-cache.ts";
import { MainFile } from "./main-file.ts";
import { configKey, startState } from "./start-state.ts";
import { type Translation, translate } from "./translation.ts";
import type { Declaration, PreprocessedUnit, PreprocessLimits, PreprocessRequest } from "./unit.ts";

export { createHeaderCache, type HeaderCache };

export const defaultLimits: PreprocessLimits = {
  // Twice what the largest real unit needs (a test of 264,000 tokens that come out of nested macros).
  maxTokens: 2_000_000,
  // As clang.
  maxIncludeDepth: 200,
  // A generated vmlinux.h has up to 5 million characters.
  maxFileBytes: 16 * 1024 * 1024,
};

export function preprocess(request: PreprocessRequest, cache: HeaderCache): PreprocessedUnit {
  if (!(cache instanceof HeaderStore)) throw new TypeError("the cache must come from createHeaderCache()");
  const limits = { ...defaultLimits, ...request.limits };
  const key = configKey(request.config, limits);
  const base = cache.base(key, () => startState(request.config, key));
  const file = new SourceFile(request.path, request.text);
  if (request.text.length > limits.maxFileBytes) return tooLarge(file, limits);
  return new Unit(file, translate(request, new MainFile(file), limits, base, cache));
}

class Unit implements PreprocessedUnit {
  readonly main: SourceFile;
  readonly #translation: Translation;
  readonly #found = new Map<string, readonly Declaration[]>();
  readonly #typedefs = new Map<string, boolean>();
  #namesKey: string | undefined;

  constructor(main: SourceFile, translation: Translation) {
    this.main = main;
    this.#translation = translation;
  }

  get files() {
    return this.#translation.files;
  }

  get missing() {
    return this.#translation.missing;
  }

  get declarations() {
    return this.#translation.group.flat;
  }

  get namesKey() {
    this.#namesKey ??= this.#translation.group.namesKey;
    return this.#namesKey;
  }

  get problems() {
    return this.#translation.problems;
  }

  declarationsOf(name: string): readonly Declaration[] {
    let found = this.#found.get(name);
    if (found === undefined) {
      found = this.#translation.group.declarationsOf(name);
      if (found.length === 0) found = builtinDeclarations().declarationsOf(name);
      this.#found.set(name, found);
    }
    return found;
  }

  isTypedef(name: string): boolean {
    let known = this.#typedefs.get(name);
    if (known === undefined) {
      const { group } = this.#translation;
      known =
        group.isTypedef(name) || (builtinDeclarations().isTypedef(name) && group.declarationsOf(name).length === 0);
      this.#typedefs.set(name, known);
    }
    return known;
  }

  isMacro(name: string): boolean {
    return this.#translation.macros.has(name);
  }
}

function tooLarge(main: SourceFile, limits: PreprocessLimits): PreprocessedUnit {
  const message = `the file is larger than ${limits.maxFileBytes} characters; not read`;
  return {
    main,
    files: [main],
    missing: [],
    declarations: [],
    declarationsOf: () => [],
    isTypedef: () => false,
    isMacro: () => false,
    namesKey: "",
    problems: [{ kind: "limit", message, span: { file: main, start: 0, end: 1 } }],
  };
}
