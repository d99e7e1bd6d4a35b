// Sites of the abstract machine to stretches of source text.
import type { SourceFile, SourceSpan } from "../base/source.ts";
import type { RelatedPlace } from "../check/api.ts";
import type { TranslationUnit } from "../model/unit.ts";
import type { At } from "../syntax/ast.ts";
import type { Positions } from "../syntax/positions.ts";
import { type Site, tokenName } from "../verifier/value.ts";
import type { Places } from "./define.ts";

/** `positions`: the names of a function's tokens in this version of the text. */
export function placesOf(unit: TranslationUnit, positions: (name: string) => Positions | undefined): Places {
  return {
    mainPath: unit.main.path,
    span: (site) => spanOf(unit, positions, site),
    isDeclared: (name) => unit.function(name) !== undefined,
    externDeclaration: (name) => externDeclaration(unit, name),
    text: (site) => {
      const { file, start, end } = spanOf(unit, positions, site);
      return file.text
        .slice(start, Math.min(end, start + 120))
        .replace(/\s+/g, " ")
        .trim();
    },
  };
}

function spanOf(unit: TranslationUnit, positions: (name: string) => Positions | undefined, site: Site): SourceSpan {
  // Cached sites keep token indexes; the declaration may have moved since.
  const declaration = unit.function(site.fn.name)?.decl.declaration ?? site.fn.declaration;
  const at = declaration.key === site.fn.declaration.key ? site.at : atNow(site, positions(site.fn.name) ?? identity);
  const tokens = declaration.tokens;
  const first = tokens[at.start] ?? tokens[0];
  if (first === undefined) return { file: unit.main, start: 0, end: 0 };
  let end = first.end;
  for (let i = at.start + 1; i < at.end; i++) {
    const token = tokens[i];
    if (token !== undefined && token.file === first.file && token.end > end && token.start >= first.start)
      end = token.end;
  }
  return { file: first.file as SourceFile, start: first.start, end };
}

/** A site of another version of the function, in this one. */
function atNow({ fn, at }: Site, now: Pick<Positions, "index">): At {
  const start = now.index(tokenName(fn, at.start));
  return { start, end: at.end <= at.start ? start : now.index(tokenName(fn, at.end - 1)) + 1 };
}

const identity = { index: (name: number) => name };

function externDeclaration(unit: TranslationUnit, name: string): SourceSpan | undefined {
  const fn = unit.function(name);
  if (fn === undefined || fn.hasBody || unit.isFromKernelHeader(fn)) return undefined;
  const { tokens } = fn.decl.declaration;
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (first === undefined || last === undefined || first.file !== last.file || last.end <= first.start)
    return undefined;
  return { file: first.file as SourceFile, start: first.start, end: last.end };
}

/** The site itself, or the call in the main file that leads to it when it is in a header. */
export function visibleSite(
  site: Site,
  places: Places,
): { readonly span: SourceSpan; readonly inner: Site | undefined } {
  let current: Site | undefined = site;
  while (current !== undefined) {
    const span = places.span(current);
    if (span.file.path === places.mainPath) return { span, inner: current === site ? undefined : site };
    current = current.via;
  }
  return { span: places.span(site), inner: undefined };
}

/** Calls through which the site's function was entered, innermost first. */
export function callChain(site: Site, places: Places, most = 2): RelatedPlace[] {
  const chain: RelatedPlace[] = [];
  let callee = site.fn.name;
  for (let via = site.via; via !== undefined && chain.length < most; via = via.via) {
    const called = callee;
    callee = via.fn.name;
    // The wrapper that BPF_PROG makes is nothing the user wrote.
    if (called === `____${callee}`) continue;
    chain.push({ span: places.span(via), message: `${called}() is called here` });
  }
  return chain;
}
