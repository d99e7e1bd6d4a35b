// The result of `resolve` as a table and as JSON. The JSON is an interface: fields are added, never renamed.
import type { FoundIn, Loader, Resolution } from "../resolve/resolution.ts";
import type { Colors } from "./colors.ts";
import { printable } from "./excerpt.ts";

export interface ResolveReport {
  readonly version: string;
  /** As given on the command line. */
  readonly object: string;
  readonly loader: Loader;
  /** In the order they are searched. */
  readonly btfs: readonly { readonly name: string; readonly file: string }[];
  readonly resolutions: readonly Resolution[];
}

export function resolveJson({ version, object, loader, btfs, resolutions }: ResolveReport): object {
  return {
    version,
    object,
    loader,
    btf: btfs,
    externs: resolutions.map((resolution) => ({
      name: resolution.name,
      lookedUp: resolution.lookedUp,
      kind: resolution.kind,
      weak: resolution.weak,
      declared: resolution.declared ?? null,
      verdict: resolution.verdict,
      fails: resolution.fails,
      found: resolution.found ?? null,
      alsoIn: resolution.alsoIn,
      reason: resolution.reason ?? null,
      notes: resolution.notes,
      calls: resolution.calls,
      addressTaken: resolution.addressTaken,
    })),
    failed: resolutions.filter(({ fails }) => fails).length,
  };
}

const header = { name: "NAME", verdict: "VERDICT", found: "FOUND IN", declared: "DECLARED AS" };

export function resolveText({ object, loader, resolutions }: ResolveReport, colors: Colors): string {
  if (resolutions.length === 0) return `${printable(object)}: no kernel functions or variables\n`;
  const rows = resolutions.map((resolution) => ({ resolution, ...cells(resolution) }));
  const width = (column: "name" | "verdict" | "found") =>
    Math.max(...[header, ...rows].map((row) => row[column].length));
  const widths = { name: width("name"), verdict: width("verdict"), found: width("found") };
  const line = (row: typeof header) =>
    [row.name.padEnd(widths.name), row.verdict.padEnd(widths.verdict), row.found.padEnd(widths.found), row.declared]
      .join("  ")
      .trimEnd();
  const lines = rows.flatMap(({ resolution, ...row }) => [
    colorOf(resolution, colors)(line(row)),
    ...remarks(resolution).map((remark) => `    ${printable(remark)}`),
  ]);
  const failed = resolutions.filter(({ fails }) => fails).length;
  const summary =
    failed === 0
      ? `${loader} would load it: ${resolutions.length} resolved or left out`
      : `${loader} would refuse it: ${failed} of ${resolutions.length} cannot be resolved`;
  return `${[colors.bold(line(header)), ...lines, `${printable(object)}: ${summary}`].join("\n")}\n`;
}

function cells({ name, weak, verdict, found, declared }: Resolution): typeof header {
  return {
    name: printable(`${name || "(no name)"}${weak ? " (weak)" : ""}`),
    verdict,
    found: printable(place(found)),
    declared: printable(declared ?? ""),
  };
}

function place(found: FoundIn | undefined): string {
  return found === undefined ? "-" : `${found.btf} [${found.id}]`;
}

function remarks({ reason, notes, verdict, found }: Resolution): readonly string[] {
  const kernels = verdict === "incompatible" && found !== undefined ? [`kernel: ${found.declaration}`] : [];
  return [...(reason === undefined ? [] : [reason]), ...kernels, ...notes.map((note) => `note: ${note}`)];
}

function colorOf({ fails, verdict }: Resolution, colors: Colors): (text: string) => string {
  if (fails) return colors.red;
  return verdict === "resolved" ? (text) => text : colors.yellow;
}
