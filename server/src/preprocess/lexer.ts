// Text to token objects.
import type { SourceFile } from "../base/source.ts";
import { PpToken } from "./pp-token.ts";
import { Scanner } from "./scanner.ts";

/** The largest hand-written file we know has 60,000 tokens; a token takes some 100 bytes, so this bounds a file to 150 MB. */
export const maxFileTokens = 1_500_000;

/** Cuts a text into tokens. */
export function lex(file: SourceFile, scanner: Scanner = new Scanner(file.text)): PpToken[] {
  const tokens: PpToken[] = [];
  // One string object a spelling: less memory, and map look-ups compare pointers.
  const spellings = new Map<string, string>();
  while (tokens.length < maxFileTokens && scanner.next()) {
    let text = scanner.spelled;
    if (scanner.kind === "identifier") {
      const known = spellings.get(text);
      if (known === undefined) spellings.set(text, text);
      else text = known;
    }
    tokens.push(
      new PpToken(scanner.kind, text, file, scanner.start, scanner.end, undefined, scanner.spaceBefore, scanner.flags),
    );
  }
  return tokens;
}
