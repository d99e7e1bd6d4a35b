// The answer of `kfuncs diff`. The JSON is an interface: fields are added, never renamed.
import { type KernelDiff, type KfuncChange, prototypeOf } from "../registry/index.ts";
import type { Colors } from "./colors.ts";
import { wrapped, wrappedPrototype } from "./columns.ts";

export function diffJson({ from, to, general, added, removed, changed }: KernelDiff, version: string): string {
  const diff = {
    version,
    from,
    to,
    general,
    added: added.map(({ name, fact, todo }) => ({ name, prototype: prototypeOf(fact), flags: fact.flags, todo })),
    removed,
    changed: changed.map(({ prototype, ...change }) => ({ ...change, prototype: prototype ?? null })),
  };
  return `${JSON.stringify(diff, undefined, 2)}\n`;
}

export function diffText(diff: KernelDiff, colors: Colors): string {
  const { from, to, general, added, removed, changed } = diff;
  const head = (title: string, count: number): string => colors.cyan(`${title} (${count})`);
  const parts = [
    [colors.bold(`Linux ${from} -> ${to}`), ...general.map((line) => wrapped(line, "    ", "  - "))],
    added.length === 0
      ? []
      : [
          head("Added", added.length),
          colors.dim(`  To load on ${from} as well: declare __weak, call only if bpf_ksym_exists().`),
          ...added.flatMap(({ name, fact, todo }) => [
            `  ${colors.green("+")} ${colors.bold(name)}`,
            wrappedPrototype(prototypeOf(fact), "        ", "      "),
            ...todo.filter((line) => !line.startsWith("to load on ")).map((line) => advice(line, colors)),
          ]),
        ],
    removed.length === 0
      ? []
      : [
          head("Removed", removed.length),
          ...removed.flatMap(({ name, todo }) => [
            `  ${colors.red("-")} ${colors.bold(name)}`,
            ...todo.map((line) => advice(line, colors)),
          ]),
        ],
    changed.length === 0
      ? []
      : [head("Changed", changed.length), ...changed.flatMap((change) => changeText(change, colors))],
  ];
  const lines = parts.filter((part) => part.length > 0).map((part) => part.join("\n"));
  if (lines.length === 1) lines.push("No kfunc was added, removed or changed.");
  return `${lines.join("\n\n")}\n`;
}

function changeText(change: KfuncChange, colors: Colors): readonly string[] {
  const { name, flagsAdded, flagsRemoved, prototype, callersAdded, callersRemoved, todo } = change;
  const flags = [
    ...flagsAdded.map((flag) => colors.green(`+${flag}`)),
    ...flagsRemoved.map((flag) => colors.red(`-${flag}`)),
  ];
  return [
    `  ${colors.yellow("~")} ${[colors.bold(name), ...flags].join(" ")}`,
    ...(prototype === undefined
      ? []
      : [
          wrappedPrototype(prototype.before, "        ", `      ${colors.red("-")} `),
          wrappedPrototype(prototype.after, "        ", `      ${colors.green("+")} `),
        ]),
    ...(callersAdded.length > 0
      ? [wrapped(`may now be called from ${callersAdded.join(", ")}`, "        ", "      ")]
      : []),
    ...(callersRemoved.length > 0
      ? [wrapped(`may no longer be called from ${callersRemoved.join(", ")}`, "        ", "      ")]
      : []),
    ...todo.map((line) => advice(line, colors)),
  ];
}

/** What to do stands behind an arrow; "nothing" is said quietly. */
function advice(text: string, colors: Colors): string {
  const line = wrapped(text, "         ", "      -> ");
  return text.startsWith("nothing") ? colors.dim(line) : line;
}
