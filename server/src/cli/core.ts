// The real core, as the commands drive it. Loaded on first use.
import { createChecker } from "../check/checker.ts";
import { findCompileConfig } from "../loaders/compile-config.ts";
import { createDiskReader } from "../loaders/disk-reader.ts";
import { findToolConfig } from "../loaders/tool-config.ts";
import { defaultKernel } from "../registry/index.ts";
import { rules } from "../rules/index.ts";
import { loadTargets } from "../targets/load-targets.ts";
import type { Core } from "./host.ts";

export const core: Core = {
  createChecker,
  rules,
  defaultKernel,
  loadTargets,
  findToolConfig,
  createDiskReader,
  findCompileConfig,
};
