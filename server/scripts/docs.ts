// Writes the parts of the documentation that derive from the program: what it says of
// the example, the table of rules, and the scoreboard from the figures that continuous
// integration holds.
// `--check` changes nothing and fails when a part is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { core } from "../src/cli/core.ts";
import { runCli } from "../src/cli/program.ts";
import { allRules } from "../src/rules/index.ts";
import { copyAssets } from "./copy-assets.ts";
import type { ClassTable } from "./corpus/ratchet.ts";

const readme = fileURLToPath(new URL("../../README.md", import.meta.url));
const ratchet = new URL("../../test/corpus/ratchet.json", import.meta.url);

const classes = new URL("../../test/corpus/classes.json", import.meta.url);

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The first finding, as a terminal shows it. */
async function exampleFinding(): Promise<string> {
  copyAssets();
  let shown = "";
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      shown += String(chunk);
      done();
    },
  });
  await runCli(["check", "--no-color", "examples/task-inspector.bpf.c"], {
    stdout,
    stderr: process.stderr,
    environment: {},
    workingDirectory: root,
    version: "",
    core: async () => core,
    startServer: () => Promise.reject(new Error("not here")),
  });
  return ["```", shown.slice(0, shown.indexOf("\n\n")), "```"].join("\n");
}

function rulesTable(): string {
  const rows = allRules.map(
    (rule) =>
      `| [${rule.code}](server/src/rules/${rule.code}.md) | ${rule.severity} | ${rule.title} | ${rule.category} |`,
  );
  return ["| rule | severity | finds | category |", "|---|---|---|---|", ...rows].join("\n");
}

const labels: Readonly<Record<string, string>> = {
  falsePositives: "errors on accepted programs",
  exceptions: "exceptions",
  coreMisses: "rejections missed (core: kfunc use, visible in the source)",
  coreWithoutPattern: "found, but with another message",
  visibleMisses: "rejections missed (other kfunc programs, visible at least in part)",
  visibleWithoutPattern: "found, but with another message (those)",
  helperMisses: "rejections missed (helpers)",
  linesElsewhere: "found, but at another line",
  notAnalyzed: "programs not analyzed in full",
  warned: "accepted programs with a warning",
  mutantMisses: "rejected mutants missed",
  mutantFalsePositives: "errors on accepted mutants",
};

function scoreboard(): string {
  const figures = JSON.parse(readFileSync(ratchet, "utf8")) as Record<string, Record<string, number>>;
  const columns = Object.keys(figures).sort();
  const names = [...new Set(columns.flatMap((column) => Object.keys(figures[column]!)))];
  const rows = names.map(
    (name) => `| ${labels[name] ?? name} | ${columns.map((column) => figures[column]![name] ?? "").join(" | ")} |`,
  );
  return [`| | ${columns.join(" | ")} |`, `|---|${columns.map(() => "---|").join("")}`, ...rows].join("\n");
}

/** Found of total by class: a column for each kernel and group. */
function classTable(): string {
  const table = JSON.parse(readFileSync(classes, "utf8")) as ClassTable;
  const kernels = Object.keys(table).filter((key) => !key.includes(" "));
  const columns = kernels.flatMap((kernel) => ["core", "visible"].map((group) => [kernel, group] as const));
  const names = [...new Set(columns.flatMap(([kernel, group]) => Object.keys(table[kernel]?.[group] ?? {})))].sort();
  const rows = names.map((name) => {
    const cells = columns.map(([kernel, group]) => {
      const found = table[kernel]?.[group]?.[name];
      return found === undefined ? "" : `${found[0]} of ${found[1]}`;
    });
    return `| ${name} | ${cells.join(" | ")} |`;
  });
  const head = columns.map(([kernel, group]) => `${kernel} ${group === "core" ? "core" : "other"}`).join(" | ");
  return [`| class | ${head} |`, `|---|${columns.map(() => "---|").join("")}`, ...rows].join("\n");
}

function replacePart(text: string, part: string, content: string): string {
  const begin = new RegExp(`(<!-- ${part}:begin[^>]*-->\\n)[\\s\\S]*?(<!-- ${part}:end -->)`);
  if (!begin.test(text)) throw new Error(`README.md has no part "${part}"`);
  return text.replace(begin, (_all, open: string, close: string) => `${open}${content}\n${close}`);
}

const before = readFileSync(readme, "utf8");
let after = replacePart(before, "example", await exampleFinding());
after = replacePart(after, "rules", rulesTable());
after = replacePart(after, "scoreboard", scoreboard());
after = replacePart(after, "classes", classTable());
if (process.argv.includes("--check")) {
  if (before !== after) {
    console.error("README.md is out of date; run: npm run docs");
    process.exitCode = 1;
  }
} else if (before !== after) {
  writeFileSync(readme, after);
}
