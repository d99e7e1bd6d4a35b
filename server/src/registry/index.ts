// What other rooms use of the registry.
export { kernelEffects } from "./kernel-effects.ts";
export { builtinKernels, defaultKernel, loadKernel } from "./load.ts";
export { factsFromRegistry, factsFromRegistryFile, RegistryFileError } from "./load-registry-file.ts";
export { type RegistryFile, writeRegistryFile } from "./registry-file.ts";
export { ScanError, scanSources } from "./scan-sources.ts";
