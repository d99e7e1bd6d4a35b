// The library: check BPF C texts from a program of your own, as the command line and the
// language server do.
//
//   const checker = await createChecker({ reader: createDiskReader(), kernels: ["7.2"] });
//   const { diagnostics } = checker.check({ path, text, config: findCompileConfig(path) });
export type { Cancellation } from "./base/cancellation.ts";
export { LineIndex, SourceFile, type SourceSpan } from "./base/source.ts";
export type {
  Checker,
  CheckerOptions,
  CheckRequest,
  CheckStats,
  Diagnostic,
  FileCheck,
  NullCheckFix,
  ProgramReport,
  RelatedPlace,
  RuleInfo,
  Severity,
} from "./check/api.ts";
export { createChecker } from "./check/checker.ts";
export { type QuickFix, quickFixes } from "./features/quick-fixes.ts";
export { applyEdits, type TextEdit } from "./features/text-edit.ts";
export { findCompileConfig } from "./loaders/compile-config.ts";
export { createDiskReader } from "./loaders/disk-reader.ts";
export type { CompileConfig, FileReader } from "./preprocess/unit.ts";
export { builtinKernels, defaultKernel } from "./registry/index.ts";
export { rules } from "./rules/index.ts";
