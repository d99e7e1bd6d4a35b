// Makes a program on which we and the kernel differ as small as it goes: all variants with one
// statement less are judged in one boot, the smallest that still differs in the same way stays.
import { type Judged, judge } from "./judge.ts";
import { type Program, print, replaceAt, type Statement, walk } from "./tree.ts";

const mostRounds = 12;

export async function minimize(original: Judged, kernel: string): Promise<Program> {
  const { program } = original;
  let best = program;
  for (let round = 0; round < mostRounds; round++) {
    const judged = await judge(smaller(best), kernel);
    const still = judged.filter((variant) => isLike(variant, original)).map((variant) => variant.program);
    if (still.length === 0) break;
    const shortest = Math.min(...still.map((variant) => print(variant).length));
    best = { ...still.find((variant) => print(variant).length === shortest)!, name: program.name };
  }
  return { ...best, declarations: best.declarations.filter((text) => isUsed(text, best)) };
}

/** The same disagreement about the same thing: registers and identities may be others. */
function isLike(variant: Judged, original: Judged): boolean {
  const said = ({ kernel }: Judged) => (kernel?.message ?? "").replace(/\d+/g, "N");
  const codes = ({ ours }: Judged) => ours.map((error) => error.code).join();
  return (
    variant.agreement === original.agreement && said(variant) === said(original) && codes(variant) === codes(original)
  );
}

function smaller(program: Program): Program[] {
  const variants: (readonly Statement[])[] = [];
  for (const { place, statement } of walk(program.body)) {
    variants.push(replaceAt(program.body, place, () => []));
    if (statement.kind === "if" || statement.kind === "loop") {
      variants.push(replaceAt(program.body, place, () => statement.body));
    }
  }
  const compiling = variants.filter((body) => compiles(body));
  return compiling.map((body, index) => ({ ...program, body, name: `${program.name}_${index}` }));
}

/** Every goto has its label, break and continue their loop, and control does not run off the end. */
function compiles(body: readonly Statement[]): boolean {
  const found = walk(body);
  const labels = new Set(found.flatMap(({ statement }) => (statement.kind === "label" ? [statement.name] : [])));
  const fine = found.every(({ place, statement }) => {
    if (statement.kind !== "line") return true;
    const target = /^goto (\w+);$/.exec(statement.text)?.[1];
    if (target !== undefined) return labels.has(target);
    return !/^(?:break|continue);$/.test(statement.text) || isInLoop(body, place);
  });
  const last = body.at(-1);
  return fine && last?.kind === "line" && /^(?:return 0|goto \w+);$/.test(last.text);
}

function isInLoop(body: readonly Statement[], place: readonly number[]): boolean {
  let statements: readonly Statement[] = body;
  for (const index of place.slice(0, -1)) {
    if (index === -1) continue;
    const at = place.indexOf(index);
    const statement: Statement | undefined = statements[index];
    if (statement?.kind === "loop") return true;
    if (statement?.kind !== "if") return false;
    statements = place[at + 1] === -1 ? (statement.otherwise ?? []) : statement.body;
  }
  return false;
}

function isUsed(declaration: string, program: Program): boolean {
  const names = declaration.match(/\b[A-Za-z]+\d+(?:_next|_alias|_wanted)?\b/g) ?? [];
  const text = print({ ...program, declarations: [] });
  return names.length === 0 || names.some((name) => new RegExp(`\\b${name}\\b`).test(text));
}
