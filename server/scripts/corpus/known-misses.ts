// test/corpus/KNOWN_MISSES.md: every rejected program that we let pass, with a reason that
// somebody wrote. The frame is made here; reasons are carried over from the old text.
import type { Miss, Scoreboard } from "./score.ts";

/** A miss, and on which kernels it is one. */
interface Row {
  readonly group: Group;
  readonly miss: Miss;
  readonly kernels: readonly string[];
  readonly reason: string;
}

const groups = {
  core: "Core: about kfunc use, visible in the source",
  visible: "Other kfunc programs, visible in the source at least in part",
  helpers: "The same protocols with helpers",
} as const;

type Group = keyof typeof groups;

const intro = `# Rejected programs that kfunc-ls lets pass

Made by \`npm run corpus -- --kernel VERSION --update\`; the reasons are written by hand in the last column and stay. A program
whose reason is missing fails \`--check\`.
`;

/** The file's text with the misses of `kernel` as they are now; those of other kernels stay. */
export function updateKnownMisses(before: string, kernel: string, board: Scoreboard): string {
  const old = readRows(before);
  const rows = new Map<string, Row>();
  for (const row of old.values()) {
    const kernels = row.kernels.filter((name) => name !== kernel);
    if (kernels.length > 0) rows.set(keyOf(row.miss), { ...row, kernels });
  }
  for (const group of Object.keys(groups) as Group[]) {
    for (const miss of Object.values(board[group]).flatMap((recall) => recall.misses)) {
      const known = rows.get(keyOf(miss));
      const kernels = [...(known?.kernels ?? []), kernel].sort(byVersion);
      const reason = old.get(keyOf(miss))?.reason ?? "";
      rows.set(keyOf(miss), { group, miss: known?.miss ?? miss, kernels, reason });
    }
  }
  return print([...rows.values()]);
}

/** Misses that nobody has explained. */
export function unexplained(text: string, board: Scoreboard): readonly string[] {
  const known = readRows(text);
  const misses = (Object.keys(groups) as Group[]).flatMap((group) =>
    Object.values(board[group]).flatMap((recall) => recall.misses),
  );
  return misses.map(keyOf).filter((key) => (known.get(key)?.reason ?? "") === "");
}

function print(rows: readonly Row[]): string {
  const parts = [intro];
  for (const [group, title] of Object.entries(groups)) {
    const own = rows.filter((row) => row.group === group).sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
    if (own.length === 0) continue;
    parts.push(
      `## ${title}\n`,
      "| program | class | kernels | the kernel says | why we do not |",
      "|---|---|---|---|---|",
    );
    for (const { miss, kernels, reason } of own) {
      const message = miss.message.replaceAll("|", "\\|");
      parts.push(`| ${keyOf(miss)} | ${miss.class} | ${kernels.join(", ")} | ${message} | ${reason} |`);
    }
    parts.push("");
  }
  return parts.join("\n");
}

function readRows(text: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  let group: Group | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("## ")) {
      group = (Object.keys(groups) as Group[]).find((name) => groups[name] === line.slice(3));
    }
    const cells = line.split(/(?<!\\) ?\| ?/).slice(1, -1);
    const [name, kind, kernels, message, reason] = cells;
    if (group === undefined || name === undefined || reason === undefined || !name.includes(":")) continue;
    const [file, program] = name.split(":") as [string, string];
    const miss: Miss = {
      file,
      program,
      class: kind!,
      message: message!.replaceAll("\\|", "|"),
      defectLine: undefined,
      notAnalyzed: undefined,
    };
    rows.set(name, { group, miss, kernels: kernels!.split(", "), reason: reason.trim() });
  }
  return rows;
}

function keyOf({ file, program }: { readonly file: string; readonly program: string }): string {
  return `${file}:${program}`;
}

function orderOf({ miss }: Row): string {
  return `${miss.class} ${keyOf(miss)}`;
}

function byVersion(a: string, b: string): number {
  return Number(a.split(".")[0]) - Number(b.split(".")[0]) || Number(a.split(".")[1]) - Number(b.split(".")[1]);
}
