// Sites of the abstract machine to stretches of source text.
import type { SourceFile, SourceSpan } from "../base/source.ts";
import type { RelatedPlace } from "../check/api.ts";
import type { TranslationUnit } from "../model/unit.ts";
import type { Site } from "../verifier/value.ts";
import type { Places } from "./define.ts";

export function placesOf(unit: TranslationUnit): Places {
  return {
    mainPath: unit.main.path,
    span: (site) => spanOf(unit, site),
    isDeclared: (name) => unit.function(name) !== undefined,
    externDeclaration: (name) => externDeclaration(unit, name),
    text: (site) => {
      const { file, start, end } = spanOf(unit, site);
      return file.text
        .slice(start, Math.min(end, start + 120))
        .replace(/\s+/g, " ")
        .trim();
    },
  };
}

function spanOf(unit: TranslationUnit, site: Site): SourceSpan {
  // Cached sites keep token indexes; the declaration may have moved since.
  const declaration = unit.function(site.fn.name)?.decl.declaration ?? site.fn.declaration;
  const tokens = declaration.tokens;
  const first = tokens[site.at.start] ?? tokens[0];
  if (first === undefined) return { file: unit.main, start: 0, end: 0 };
  let end = first.end;
  for (let i = site.at.start + 1; i < site.at.end; i++) {
    const token = tokens[i];
    if (token !== undefined && token.file === first.file && token.end > end && token.start >= first.start)
      end = token.end;
  }
  return { file: first.file as SourceFile, start: first.start, end };
}

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
