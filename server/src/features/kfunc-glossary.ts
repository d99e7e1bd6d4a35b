// The registry's contracts as Markdown for a hover. Begins with what the caller owes:
// editors show the hovers of all servers one below the other, and the prototype is
// something clangd shows as well.
import { type CallContract, describeKfunc } from "../registry/describe.ts";
import { presenceInWords } from "../registry/history.ts";
import { builtinKernels } from "../registry/index.ts";
import { compareKernels } from "../registry/kernel-version.ts";
import { flagMeaning, suffixMeaning, suffixOf } from "../registry/words.ts";
import type { Glossary } from "./hover.ts";

/** What is known for the target kernels; a call that only other kernels have is told for those. */
export function kfuncGlossary(kernels: readonly string[]): Glossary {
  // A word is explained as the newest target kernel means it, else as any kernel that has it.
  const newestFirst = [...kernels].sort(compareKernels).reverse();
  const everywhere = [...newestFirst, ...[...builtinKernels()].reverse()];
  const first = (meaning: (kernel: string) => string | undefined): string | undefined =>
    everywhere.map(meaning).find((words) => words !== undefined);
  return {
    kfunc: (name) => {
      // libbpf strips the last flavor before it looks a kfunc up.
      const plain = name.replace(/___(?:(?!___)\w)+$/, "");
      const contract = describeKfunc(plain, kernels) ?? describeKfunc(plain, builtinKernels());
      if (contract === undefined || (contract.origin === "helper" && contract.lines.length === 0)) return undefined;
      return contractMarkdown(contract, kernels);
    },
    flag: (name) =>
      first((kernel) => {
        const meaning = flagMeaning(name, kernel);
        return meaning === undefined ? undefined : `\`${name}\`: ${meaning}`;
      }),
    parameterSuffix: (parameter) =>
      first((kernel) => {
        const suffix = suffixOf(parameter, kernel);
        const meaning = suffix === undefined ? undefined : suffixMeaning(suffix, kernel);
        return meaning === undefined ? undefined : `\`${suffix}\`: ${meaning}`;
      }),
  };
}

function contractMarkdown(contract: CallContract, targets: readonly string[]): string {
  const notes = contract.parameters.filter((parameter) => parameter.notes.length > 0);
  const flags = contract.flags.filter(({ meaning }) => meaning !== "");
  return [
    list(contract.lines),
    fence(contract.prototype),
    list(notes.map(({ name, notes: words }) => `\`${name}\`: ${words.join(" ")}`)),
    list(flags.map(({ flag, meaning }) => `\`${flag}\`: ${meaning}`)),
    list([kernelsLine(contract, targets), ...originLines(contract)]),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function kernelsLine({ name, presentIn }: CallContract, targets: readonly string[]): string {
  const known = describeKfunc(name, builtinKernels())?.presentIn ?? presentIn;
  const absent = targets.filter((kernel) => !known.includes(kernel));
  const missing = absent.length === 0 ? "" : `; **not in ${absent.map((kernel) => `Linux ${kernel}`).join(", ")}**`;
  return `${presenceInWords(known).join(" ").replace(/\.$/, "")}${missing}.`;
}

function originLines({ definition, kernel, module, config }: CallContract): readonly string[] {
  return [
    ...(module === undefined ? [] : [`Module: ${module}.`]),
    ...(config.length === 0 ? [] : [`Needs ${config.map((condition) => `\`${condition}\``).join(", ")}.`]),
    ...(definition === undefined ? [] : [`Linux ${kernel}: ${definition.file}:${definition.line}`]),
  ];
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

function fence(code: string): string {
  return code === "" ? "" : `\`\`\`c\n${code}\n\`\`\``;
}
