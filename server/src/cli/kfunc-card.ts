// The answer of `kfuncs show`: all that is known of one kfunc. The JSON is an interface: fields are added, never
// renamed.

import type { KernelFacts, KfuncFact } from "../registry/facts.ts";
import { type CallContract, callersOf, type KfuncHistory } from "../registry/index.ts";
import { filterMeaning } from "../registry/words.ts";
import type { Colors } from "./colors.ts";
import { definitions, wrapped, wrappedPrototype } from "./columns.ts";

export interface Card {
  readonly version: string;
  /** The kernel somebody asked about; the contract is that of another one when this does not have the call. */
  readonly asked: string;
  readonly contract: CallContract;
  readonly facts: KernelFacts;
  /** undefined for a helper. */
  readonly fact: KfuncFact | undefined;
  readonly history: KfuncHistory | undefined;
}

export function cardJson({ version, asked, contract, facts, fact, history }: Card): string {
  const card = {
    version,
    name: contract.name,
    origin: contract.origin,
    kernel: contract.kernel,
    inKernelAsked: contract.kernel === asked,
    prototype: contract.prototype,
    contract: contractLines(contract),
    flags: contract.flags,
    parameters: contract.parameters.map(({ name, type, suffix, notes }) => ({
      name,
      type,
      suffix: suffix ?? null,
      notes,
    })),
    releasedBy: contract.releasedBy,
    releases: contract.acquiredBy,
    callers: fact === undefined ? null : callersOf(fact, facts),
    sets: fact?.sets ?? [],
    module: contract.module ?? null,
    config: contract.config,
    testOnly: contract.testOnly,
    history: history ?? null,
    definition: contract.definition ?? null,
    provenance: facts.provenance,
  };
  return `${JSON.stringify(card, undefined, 2)}\n`;
}

export function cardText({ asked, contract, facts, fact, history }: Card, colors: Colors): string {
  const { kernel, name, origin } = contract;
  const missing = kernel === asked ? "" : colors.yellow(`  not in Linux ${asked}; this is Linux ${kernel}`);
  const parts = [
    [
      `${colors.bold(name)}  ${colors.dim(`${origin} of Linux ${kernel}`)}${missing}`,
      wrappedPrototype(contract.prototype, "      ", "  "),
    ],
    section("Contract", contractLines(contract).map(bullet), colors),
    section("Parameters", contract.parameters.flatMap(parameterLines), colors),
    section("Flags", definitions(contract.flags.map(({ flag, meaning }) => [flag, meaning])), colors),
    section("Belongs with", partners(contract).map(bullet), colors),
    section("Callers", fact === undefined ? [] : callerLines(fact, facts), colors),
    section("Built with", owner(contract).map(bullet), colors),
    section("History", (history?.lines ?? []).map(bullet), colors),
    section("Sources", sources(contract, facts, fact).map(bullet), colors),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function section(title: string, lines: readonly string[], colors: Colors): readonly string[] {
  return lines.length === 0 ? [] : [colors.cyan(title), ...lines];
}

function bullet(text: string): string {
  return wrapped(text, "    ", "  - ");
}

/** Without the line on callers, who have a part of their own. */
function contractLines({ lines, callersLine }: CallContract): readonly string[] {
  return lines.filter((line) => line !== callersLine);
}

function parameterLines({ name, type, suffix, notes }: CallContract["parameters"][number]): readonly string[] {
  const [first, ...others] = notes.filter((note) => note !== "");
  const meaning = suffix === undefined ? first : `${suffix}: ${first ?? ""}`;
  const words = [...(meaning === undefined ? [] : [meaning]), ...others].join(" ");
  const declared = type.endsWith("*") || name === "" ? `${type}${name}` : `${type} ${name}`;
  return [`  ${declared}`, ...(words === "" ? [] : [wrapped(words, "      ")])];
}

function partners({ releasedBy, acquiredBy }: CallContract): readonly string[] {
  const called = (names: readonly string[]): string => names.map((name) => `${name}()`).join(", ");
  return [
    ...(releasedBy.length > 0 ? [`What it begins is ended with ${called(releasedBy)}.`] : []),
    ...(acquiredBy.length > 0 ? [`Ends what comes from ${called(acquiredBy)}.`] : []),
  ];
}

function callerLines(fact: KfuncFact, facts: KernelFacts): readonly string[] {
  const { everyType, types } = callersOf(fact, facts);
  if (everyType) return [bullet("Programs of every type.")];
  if (types.length === 0) return [bullet("None: programs may attach to it, not call it.")];
  const whole = types.filter(({ only }) => only === undefined).map(({ programType }) => programType);
  const some = types.flatMap(({ programType, only }) =>
    only === undefined ? [] : [[programType, only.join(", ")] as const],
  );
  const filters = [...new Set(fact.sets.flatMap(({ filter }) => filter ?? []))];
  return [
    ...(whole.length > 0 ? [bullet(`${whole.join(", ")}.`)] : []),
    ...some.map(([type, only]) => bullet(`${type}: only ${only}.`)),
    ...filters.map((filter) =>
      bullet(`${filter}() decides: ${filterMeaning(filter) ?? "what it asks is not known here"}.`),
    ),
  ];
}

function owner({ module, config, testOnly }: CallContract): readonly string[] {
  return [
    ...(module !== undefined ? [`Module ${module}, when it is built as one.`] : []),
    ...(config.length > 0 ? [`${config.join(" and ")}.`] : []),
    ...(testOnly ? ["Only in the kernel's own test modules."] : []),
  ];
}

function sources(
  { definition }: CallContract,
  { provenance }: KernelFacts,
  fact: KfuncFact | undefined,
): readonly string[] {
  return [
    ...(definition !== undefined ? [`${definition.file}:${definition.line}`] : []),
    ...(fact !== undefined ? [`BTF sets: ${fact.sets.map(({ set }) => set).join(", ")}`] : []),
    `Facts from ${provenance.package} ${provenance.version}.`,
  ];
}
