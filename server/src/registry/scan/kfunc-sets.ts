// Reads the BTF sets in which kfuncs stand: entries with flags, under #ifdef, and made by macros.
// Since 6.0 a set carries flags. In 5.18 and 5.19 there were plain sets, one for each role, which the
// registration joins (registrations.ts).
//
// The grammar query btf-ids finds the plain entries as well, but cannot look through macros or say under which
// #ifdef an entry stands, and would have to parse whole files; tests hold the two against each other.
import { type CText, matching, skipSpace } from "./c-text.ts";
import { expandMacro, type MacroLookup, macroArguments } from "./macros.ts";
import type { UnreadableList } from "./unreadable.ts";

export interface SetEntry {
  readonly name: string;
  readonly flags: readonly string[];
  readonly set: string;
  readonly file: string;
  readonly config: readonly string[];
}

/** Entries of the sets with flags in one file. */
export function readFlagSets(file: CText, macros: MacroLookup, problems: UnreadableList): readonly SetEntry[] {
  return readSets(file, "KFUNCS|SET8", macros, problems);
}

/** Entries of one plain set. */
export function readPlainSet(
  file: CText,
  name: string,
  macros: MacroLookup,
  problems: UnreadableList,
): readonly SetEntry[] {
  return readSets(file, "SET", macros, problems).filter(({ set }) => set === name);
}

function readSets(file: CText, kinds: string, macros: MacroLookup, problems: UnreadableList): readonly SetEntry[] {
  const entries: SetEntry[] = [];
  const { text, code } = file;
  const starts = new RegExp(`^[ \\t]*(?:static\\s+)?BTF_(${kinds})_START(?:_GLOBAL)?\\(\\s*(\\w+)\\s*\\)`, "gm");
  for (const start of text.matchAll(starts)) {
    const set = start[2]!;
    const from = start.index + start[0].length;
    const end = new RegExp(`\\bBTF_${start[1]}_END\\(\\s*${set}\\s*\\)`, "g");
    end.lastIndex = from;
    const to = end.exec(code)?.index;
    if (to === undefined) {
      problems.add(file, start.index, `the set ${set} has no end`);
      continue;
    }
    const reader = new SetReader(file, set, macros, problems);
    reader.read(code.slice(from, to), (offset) => from + offset, 0);
    entries.push(...reader.entries);
  }
  return entries;
}

/** Deeper nesting of macros is a mistake of ours, or a circle. */
const maxDepth = 8;

class SetReader {
  readonly entries: SetEntry[] = [];
  readonly #file: CText;
  readonly #set: string;
  readonly #macros: MacroLookup;
  readonly #problems: UnreadableList;

  constructor(file: CText, set: string, macros: MacroLookup, problems: UnreadableList) {
    this.#file = file;
    this.#set = set;
    this.#macros = macros;
    this.#problems = problems;
  }

  /** `place`: where in the file an offset of the text stands. */
  read(text: string, place: (offset: number) => number, depth: number): void {
    const words = /[A-Za-z_]\w*/g;
    for (let word = words.exec(text); word !== null; word = words.exec(text)) {
      const at = place(word.index);
      const open = skipSpace(text, words.lastIndex);
      const close = text[open] === "(" ? matching(text, open) : undefined;
      const args = close === undefined ? undefined : macroArguments(text.slice(open + 1, close));
      if (close !== undefined) words.lastIndex = close + 1;
      this.#item(word[0], args, at, depth);
    }
  }

  #item(word: string, args: readonly string[] | undefined, at: number, depth: number): void {
    if (word === "BTF_ID_UNUSED") return;
    if (word === "BTF_ID_FLAGS" || word === "BTF_ID") {
      const [kind, name, ...flags] = args ?? [];
      if (name === undefined || !/^\w+$/.test(name)) this.#unreadable(`${word} without a name`, at);
      else if (kind === "func") this.#entry(name, flags.join(" "), at);
      return;
    }
    const macro = depth < maxDepth ? this.#macros(word, this.#file, at) : undefined;
    if (macro === undefined || (macro.params !== undefined && args === undefined)) {
      this.#unreadable(`${word}${args === undefined ? "" : `(${args.join(", ")})`}`, at);
      return;
    }
    this.read(expandMacro(macro, args ?? []), () => at, depth + 1);
  }

  #entry(name: string, flags: string, at: number): void {
    this.entries.push({
      name,
      flags: this.#flags(flags, name, at, 0),
      set: this.#set,
      file: this.#file.path,
      config: this.#file.conditionsAt(at),
    });
  }

  /** Joined with `|` or, in some trees, commas; a macro may stand for several. */
  #flags(text: string, name: string, at: number, depth: number): readonly string[] {
    const flags = new Set<string>();
    for (const [word] of text.matchAll(/\b[A-Za-z_]\w*/g)) {
      if (word.startsWith("KF_")) {
        flags.add(word);
        continue;
      }
      const macro = depth < maxDepth ? this.#macros(word, this.#file, at) : undefined;
      if (macro === undefined) this.#unreadable(`the flag ${word} of ${name}`, at);
      else for (const flag of this.#flags(macro.body, name, at, depth + 1)) flags.add(flag);
    }
    return [...flags].sort();
  }

  #unreadable(what: string, at: number): void {
    this.#problems.add(this.#file, at, `${what} in the set ${this.#set}`);
  }
}
