// The checker as an editor session needs it: texts of open files come before the disk,
// a change anywhere is passed on to the checker's caches, results come out as plain data.
import type { Cancellation } from "../base/cancellation.ts";
import type { SourceFile, SourceSpan } from "../base/source.ts";
import type { Checker, Diagnostic } from "../check/api.ts";
import { createChecker } from "../check/checker.ts";
import { quickFixes } from "../features/quick-fixes.ts";
import { findCompileConfig } from "../loaders/compile-config.ts";
import { createDiskReader } from "../loaders/disk-reader.ts";
import { findToolConfig, type ToolConfig } from "../loaders/tool-config.ts";
import type { FileReader } from "../preprocess/unit.ts";
import { defaultKernel } from "../registry/index.ts";
import { isEmpty, type TargetChoice } from "../targets/choice.ts";
import { loadTargets } from "../targets/load-targets.ts";
import { RealPaths } from "./real-paths.ts";
import {
  noSettings,
  nothingFound,
  type Settings,
  type WireFinding,
  type WireFix,
  type WirePlace,
  type WireRange,
  type WireResult,
} from "./wire.ts";

interface CheckerOfTargets {
  readonly checker: Checker;
  /** Targets that could not be had. */
  readonly problems: readonly string[];
}

export class CheckSession {
  readonly #realPaths = new RealPaths();
  /** Texts of open files by real path. */
  readonly #open = new Map<string, string>();
  #settings: Settings = noSettings;
  #disk = this.#openDisk();
  /** By the choice of targets; files of different projects may have different ones. */
  readonly #checkers = new Map<string, Promise<CheckerOfTargets>>();

  configure(settings: Settings): void {
    this.#settings = settings;
    this.#checkers.clear();
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
    // A kernel may have been unpacked or scanned anew.
    const { btf, registries } = this.#chosen();
    if (paths.some((path) => btf.flat().includes(path) || registries.includes(path))) this.#checkers.clear();
  }

  async check(path: string, cancellation: Cancellation): Promise<WireResult> {
    const text = this.#open.get(this.#realPaths.of(path));
    if (text === undefined) return nothingFound;
    const { includePaths, defines, workspaceFolders } = this.#settings;
    const project = findToolConfig(path, workspaceFolders);
    const { checker, problems } = await this.#checkerFor(project);
    const config = findCompileConfig(path, {
      includeDirs: includePaths,
      defines,
      workspaceRoots: workspaceFolders,
    });
    const result = checker.check({ path, text, config, cancellation });
    return {
      findings: result.diagnostics.map(wireFinding),
      dependsOn: [...new Set([...result.files, ...result.missing].map((file) => this.#realPaths.of(file)))],
      problems: [...(project?.problems ?? []), ...problems],
    };
  }

  /** The user's own settings count, else the project's. */
  #chosen(project?: ToolConfig): TargetChoice {
    const { kernels, btf, kernelSource: kernelSources, registry: registries, target } = this.#settings;
    const own = { kernels, btf, kernelSources, registries, auto: target === "auto" };
    return isEmpty(own) && project !== undefined ? project : own;
  }

  #checkerFor(project: ToolConfig | undefined): Promise<CheckerOfTargets> {
    const { kernels, btf, kernelSources, registries, auto } = this.#chosen(project);
    const choice = { kernels, btf, kernelSources, registries, auto };
    const key = JSON.stringify(choice);
    let made = this.#checkers.get(key);
    if (made === undefined) {
      made = this.#makeChecker(choice);
      this.#checkers.set(key, made);
    }
    return made;
  }

  async #makeChecker(choice: TargetChoice): Promise<CheckerOfTargets> {
    const { targets, problems } = await loadTargets(choice, this.#settings.workspaceFolders[0] ?? "/");
    const checker = await createChecker({
      reader: { read: (wanted, within) => this.#disk.read(wanted, within) },
      kernels: targets.length > 0 ? targets : [defaultKernel],
    });
    return { checker, problems };
  }

  #openDisk(): FileReader {
    return createDiskReader({ overrides: (path) => this.#open.get(this.#realPaths.of(path)) });
  }

  #invalidate(path: string): void {
    const spellings = this.#realPaths.spellings(path);
    for (const known of this.#checkers.values()) {
      void known.then(({ checker }) => {
        for (const spelling of spellings) checker.invalidate(spelling);
      });
    }
  }
}

function wireFinding(diagnostic: Diagnostic): WireFinding {
  const { code, severity, message } = diagnostic;
  return {
    ...wirePlace(diagnostic.span),
    code,
    severity,
    message,
    related: diagnostic.related.map((related) => ({ ...wirePlace(related.span), message: related.message })),
    fixes: quickFixes(diagnostic).map(
      ({ title, file, edits }): WireFix => ({
        title,
        path: file.path,
        edits: edits.map(({ start, end, newText }) => ({ range: wireRange(file, start, end), newText })),
      }),
    ),
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
