// Finds the program type of a SEC() string in libbpf's table: first match wins, as in libbpf.
import type { SectionInfo } from "./effect.ts";
import type { SectionFact } from "./facts.ts";

export function lookUpSection(table: readonly SectionFact[], written: string): SectionInfo | undefined {
  // A leading `?` only tells the loader not to load the program by itself.
  const name = written.startsWith("?") ? written.slice(1) : written;
  const entry = table.find((candidate) => matches(candidate, name));
  if (entry === undefined) return undefined;
  const rest = name.slice(entry.section.length);
  return {
    programType: entry.programType,
    attachType: entry.attachType,
    sleepable: entry.sleepable === true,
    target: rest.startsWith("/") ? rest.slice(1) : undefined,
  };
}

function matches({ section, match }: SectionFact, name: string): boolean {
  switch (match) {
    case "exact":
      return name === section;
    case "target":
      return name.startsWith(`${section}/`);
    case "optional-target":
      return name === section || name.startsWith(`${section}/`);
  }
}
