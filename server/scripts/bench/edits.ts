// Keystrokes in the middle of functions, the same ones in every run.

/** One text after a keystroke; the next keystroke starts from it. */
export interface Keystroke {
  readonly what: "type a character" | "finish a statement" | "delete it again";
  readonly text: string;
}

/** Three keystrokes at each of `places` statements spread over the file. */
export function keystrokes(text: string, places: number): readonly Keystroke[] {
  const ends = statementEnds(text);
  const result: Keystroke[] = [];
  for (let i = 0; i < places && ends.length > 0; i++) {
    const at = ends[Math.floor(((i + 0.5) / places) * ends.length)]!;
    const insert = (typed: string): string => `${text.slice(0, at)}\n\t${typed}${text.slice(at)}`;
    result.push(
      { what: "type a character", text: insert("u") },
      { what: "finish a statement", text: insert(`unsigned int typed_${i} = ${i};`) },
      { what: "delete it again", text },
    );
  }
  return result;
}

/** Offsets after the `;` of indented lines: statements inside functions, as kernel style writes them. */
function statementEnds(text: string): readonly number[] {
  const ends: number[] = [];
  let inFunction = false;
  let offset = 0;
  for (const line of text.split("\n")) {
    if (line.startsWith("{")) inFunction = true;
    else if (line.startsWith("}")) inFunction = false;
    else if (inFunction && /^(?:\t| {4})+\S.*;$/.test(line)) ends.push(offset + line.length);
    offset += line.length + 1;
  }
  return ends;
}
