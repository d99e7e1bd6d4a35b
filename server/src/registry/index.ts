// What other rooms use of the registry.
export { callerFilter, callersOf, callerWords } from "./callers.ts";
export { type CallContract, describeKfunc } from "./describe.ts";
export { historyOf, type KfuncHistory } from "./history.ts";
export { diffKernels, type KernelDiff, type KfuncChange, prototypeOf } from "./kernel-diff.ts";
export { kernelEffects } from "./kernel-effects.ts";
export { builtinKernels, defaultKernel, loadKernel } from "./load.ts";
export { factsFromRegistry, factsFromRegistryFile, RegistryFileError } from "./load-registry-file.ts";
export { type RegistryFile, writeRegistryFile } from "./registry-file.ts";
export { ScanError, scanSources } from "./scan-sources.ts";
