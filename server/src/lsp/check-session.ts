// The checker as an editor session needs it: texts of open files come before the disk,
// a change anywhere is passed on to the checker's caches, results come out as plain data.
import type { Cancellation } from "../base/cancellation.ts";
import type { SourceFile, SourceSpan } from "../base/source.ts";
import type { Checker, Diagnostic } from "../check/api.ts";
import { createChecker } from "../check/checker.ts";
import { quickFixes } from "../features/quick-fixes.ts";
import { findCompileConfig } from "../loaders/compile-config.ts";
import { createDiskReader } from "../loaders/disk-reader.ts";
import type { FileReader } from "../preprocess/unit.ts";
import { defaultKernel } from "../registry/index.ts";
import { RealPaths } from "./real-paths.ts";
import type { Settings, WireFinding, WireFix, WirePlace, WireRange, WireResult } from "./wire.ts";

export class CheckSession {
  readonly #realPaths = new RealPaths();
  /** Texts of open files by real path. */
  readonly #open = new Map<string, string>();
  #settings: Settings = { kernels: [], includePaths: [], defines: [], workspaceFolders: [] };
  #disk = this.#openDisk();
  #checker: Promise<Checker> | undefined;

  configure(settings: Settings): void {
    this.#settings = settings;
    this.#checker = undefined;
  }

  setText(path: string, text: string | undefined): void {
    const real = this.#realPaths.of(path);
    if (text === undefined) this.#open.delete(real);
    else this.#open.set(real, text);
    this.#invalidate(path);
  }

  forget(paths: readonly string[]): void {
    // A link may point elsewhere now, a file may have appeared earlier on the include path.
    this.#realPaths.clear();
    this.#disk = this.#openDisk();
    for (const path of paths) this.#invalidate(path);
  }

  async check(path: string, cancellation: Cancellation): Promise<WireResult> {
    const text = this.#open.get(this.#realPaths.of(path));
    if (text === undefined) return { findings: [], dependsOn: [] };
    const { includePaths, defines, kernels, workspaceFolders } = this.#settings;
    this.#checker ??= createChecker({
      reader: { read: (wanted, within) => this.#disk.read(wanted, within) },
      kernels: kernels.length > 0 ? kernels : [defaultKernel],
    });
    const checker = await this.#checker;
    const config = findCompileConfig(path, {
      includeDirs: includePaths,
      defines,
      workspaceRoots: workspaceFolders,
    });
    const result = checker.check({ path, text, config, cancellation });
    const checkedFor = kernels.length;
    return {
      findings: result.diagnostics.map((diagnostic) => wireFinding(diagnostic, checkedFor)),
      dependsOn: [...new Set([...result.files, ...result.missing].map((file) => this.#realPaths.of(file)))],
    };
  }

  #openDisk(): FileReader {
    return createDiskReader({ overrides: (path) => this.#open.get(this.#realPaths.of(path)) });
  }

  #invalidate(path: string): void {
    const known = this.#checker;
    if (known === undefined) return;
    const spellings = this.#realPaths.spellings(path);
    void known.then((checker) => {
      for (const spelling of spellings) checker.invalidate(spelling);
    });
  }
}

function wireFinding(diagnostic: Diagnostic, kernelsAsked: number): WireFinding {
  const { code, severity, message, kernels } = diagnostic;
  const onlySome = kernels.length < kernelsAsked;
  return {
    ...wirePlace(diagnostic.span),
    code,
    severity,
    message: onlySome ? `${message} (Linux ${kernels.join(", ")})` : message,
    related: diagnostic.related.map((related) => ({ ...wirePlace(related.span), message: related.message })),
    fixes: quickFixes(diagnostic).map((fix): WireFix => {
      const { file } = diagnostic.fix?.statement ?? diagnostic.span;
      return {
        title: fix.title,
        path: fix.path,
        edits: fix.edits.map(({ start, end, newText }) => ({ range: wireRange(file, start, end), newText })),
      };
    }),
  };
}

function wirePlace({ file, start, end }: SourceSpan): WirePlace {
  return { path: file.path, range: wireRange(file, start, end) };
}

function wireRange({ lines }: SourceFile, start: number, end: number): WireRange {
  const from = lines.positionAt(start);
  const to = lines.positionAt(end);
  return {
    start: { line: from.line, character: from.column },
    end: { line: to.line, character: to.column },
  };
}
