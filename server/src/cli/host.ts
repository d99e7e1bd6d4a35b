// What the commands need from the process they run in, and the core they drive.
// Both are handed in, so that tests run commands without a process of their own.
import type { Checker, CheckerOptions, RuleInfo } from "../check/api.ts";
import type { ExtraFlags } from "../loaders/compile-config.ts";
import type { ToolConfig } from "../loaders/tool-config.ts";
import type { CompileConfig, FileReader } from "../preprocess/unit.ts";
import type { TargetChoice } from "../targets/choice.ts";
import type { LoadedTargets } from "../targets/load-targets.ts";

export type Transport = "stdio" | "node-ipc";

export interface CliHost {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly version: string;
  /** Loaded on first use: `--help` should not wait for it. */
  core(): Promise<Core>;
  startServer(transport: Transport): Promise<void>;
}

/** The checker with its loaders and its lists, as the faces use them. */
export interface Core {
  createChecker(options: CheckerOptions): Promise<Checker>;
  readonly rules: readonly RuleInfo[];
  /** The target when none is named. */
  readonly defaultKernel: string;
  /** Facts of the kernels somebody chose, and what could not be had. */
  loadTargets(choice: TargetChoice, directory: string): Promise<LoadedTargets>;
  /** The nearest .kfunc-ls.json of the file's project. */
  findToolConfig(path: string): ToolConfig | undefined;
  createDiskReader(): FileReader;
  /** The compile flags that hold for one file, with `extra` put in front. */
  findCompileConfig(path: string, extra: ExtraFlags): CompileConfig;
}
