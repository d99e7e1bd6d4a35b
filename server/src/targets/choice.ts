// What somebody asked for as targets, on the command line, in .kfunc-ls.json or in the editor.

export interface TargetChoice {
  /** Built-in kernels: "6.12". */
  readonly kernels: readonly string[];
  /** Each the BTF of a kernel, then those of modules. */
  readonly btf: readonly (readonly string[])[];
  /** Kernel trees. */
  readonly kernelSources: readonly string[];
  /** What `kfunc-ls registry scan` wrote. */
  readonly registries: readonly string[];
  /** The kernel of this machine. */
  readonly auto: boolean;
}

export const noChoice: TargetChoice = { kernels: [], btf: [], kernelSources: [], registries: [], auto: false };

export function isEmpty({ kernels, btf, kernelSources, registries, auto }: TargetChoice): boolean {
  return kernels.length + btf.length + kernelSources.length + registries.length === 0 && !auto;
}
