// Which kernels a file is checked for: what the command line names, else what the project's .kfunc-ls.json says, else
// the default. One checker serves all files with the same targets.
import type { Checker } from "../check/api.ts";
import type { ToolConfig } from "../loaders/tool-config.ts";
import { isEmpty, noChoice, type TargetChoice } from "../targets/choice.ts";
import type { Core } from "./host.ts";

/** The options of `check` that name targets. */
export interface TargetOptions {
  readonly kernel: readonly string[];
  readonly btf: readonly (readonly string[])[];
  readonly kernelSource: readonly string[];
  readonly registry: readonly string[];
  readonly target?: "auto";
}

export interface CheckerFor {
  readonly checker: Checker;
  /** Names of the targets, in their order. */
  readonly kernels: readonly string[];
}

/** A message for the user instead of a checker. */
export class NoTarget extends Error {}

export class Checkers {
  readonly #core: Core;
  readonly #workingDirectory: string;
  readonly #asked: TargetChoice;
  readonly #made = new Map<string, Promise<CheckerFor>>();
  /** Every target of every checker so far, once each. */
  readonly #names = new Set<string>();
  readonly #problems = new Set<string>();

  constructor(core: Core, options: TargetOptions, workingDirectory: string) {
    this.#core = core;
    this.#workingDirectory = workingDirectory;
    this.#asked = {
      kernels: options.kernel,
      btf: options.btf,
      kernelSources: options.kernelSource,
      registries: options.registry,
      auto: options.target === "auto",
    };
  }

  /** The checker for a file, of its absolute path. Throws NoTarget when a target cannot be had. */
  async for(path: string): Promise<CheckerFor> {
    const config = this.#core.findToolConfig(path);
    for (const problem of config?.problems ?? []) this.#problems.add(problem);
    const choice = !isEmpty(this.#asked) || config === undefined ? this.#asked : choiceOf(config);
    return this.get(choice);
  }

  get kernels(): readonly string[] {
    return [...this.#names];
  }

  /** What is wrong with configuration files; each once. */
  get problems(): readonly string[] {
    return [...this.#problems];
  }

  /** The targets of the command line, or the default, before any file is known. */
  async check(): Promise<void> {
    if (!isEmpty(this.#asked)) await this.get(this.#asked);
  }

  private get(choice: TargetChoice): Promise<CheckerFor> {
    const key = JSON.stringify(choice);
    let made = this.#made.get(key);
    if (made === undefined) {
      made = this.#make(isEmpty(choice) ? { ...noChoice, kernels: [this.#core.defaultKernel] } : choice);
      this.#made.set(key, made);
    }
    return made;
  }

  async #make(choice: TargetChoice): Promise<CheckerFor> {
    const { targets, problems } = await this.#core.loadTargets(choice, this.#workingDirectory);
    if (problems.length > 0) throw new NoTarget(problems.join("\n"));
    const reader = this.#core.createDiskReader();
    const checker = await this.#core.createChecker({ reader, kernels: targets, once: true });
    const kernels = targets.map((target) => target.name);
    for (const name of kernels) this.#names.add(name);
    return { checker, kernels };
  }
}

function choiceOf({ kernels, btf, kernelSources, registries, auto }: ToolConfig): TargetChoice {
  return { kernels, btf, kernelSources, registries, auto };
}
