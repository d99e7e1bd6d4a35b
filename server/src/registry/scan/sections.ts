// Reads libbpf's table of SEC() names and the kernel's map from program type to kfunc hook.
import type { SectionFact } from "../facts.ts";
import { CText, splitTopLevel } from "./c-text.ts";
import type { SourceTree } from "./source-tree.ts";

/** In table order: the first that matches wins. */
export function scanSections(tree: SourceTree): readonly SectionFact[] {
  const { code } = new CText("libbpf.c", tree.read("tools/lib/bpf/libbpf.c") ?? "");
  const sections: SectionFact[] = [];
  for (const entry of code.matchAll(/^\s*SEC_DEF\(([^)]*)\)/gm)) {
    const [name, programType, attachType, flags] = splitTopLevel(entry[1]!).map((part) => part.trim());
    const written = /^"([^"]*)"$/.exec(name ?? "")?.[1];
    if (written === undefined || programType === undefined) continue;
    const sleepable = /\bSEC_SLEEPABLE\b/.test(flags ?? "");
    sections.push({
      section: written.replace(/[+/]$/, ""),
      match: written.endsWith("+") ? "optional-target" : written.endsWith("/") ? "target" : "exact",
      programType,
      attachType: attachType ?? "0",
      ...(sleepable ? { sleepable } : {}),
    });
  }
  return sections;
}

export function scanHooks(tree: SourceTree): Readonly<Record<string, string>> {
  const { code } = new CText("btf.c", tree.read("kernel/bpf/btf.c") ?? "");
  const start = code.search(/\bint bpf_prog_type_to_kfunc_hook\(/);
  const body = start === -1 ? "" : code.slice(start, code.indexOf("\n}", start));
  const hooks: [string, string][] = [];
  for (const group of body.matchAll(/((?:case BPF_PROG_TYPE_\w+:\s*)+)return BTF_KFUNC_HOOK_(\w+);/g)) {
    for (const type of group[1]!.matchAll(/BPF_PROG_TYPE_(\w+)/g)) hooks.push([type[1]!, group[2]!]);
  }
  return Object.fromEntries(hooks.sort());
}
