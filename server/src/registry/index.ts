// What other rooms use of the registry.
export { kernelEffects } from "./kernel-effects.ts";
export { builtinKernels, defaultKernel, loadKernel } from "./load.ts";
export { factsFromRegistry, factsFromRegistryFile, RegistryFileError } from "./load-registry-file.ts";
