// What other rooms use of the registry.
export { kernelEffects } from "./kernel-effects.ts";
export { builtinKernels, loadKernel } from "./load.ts";
