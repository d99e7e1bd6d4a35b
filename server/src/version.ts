// Name and version of the product, read from the package that was installed, so that
// they are written down once. The file lies two levels above dist/<file> in a
// bundle and one above src/ or dist/; the nearest one that is ours counts.
import { readFileSync } from "node:fs";
import { toolName } from "./base/tool-name.ts";

let cached: string | undefined;

/** "0.1.0"; "unknown" when the package file is missing, which must not keep anybody from checking. */
export function toolVersion(): string {
  cached ??= readVersion("../package.json") ?? readVersion("../../package.json") ?? "unknown";
  return cached;
}

function readVersion(relative: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(new URL(relative, import.meta.url), "utf8"));
    if (typeof parsed !== "object" || parsed === null) return undefined;
    const { name, version } = parsed as { name?: unknown; version?: unknown };
    return name === toolName && typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
