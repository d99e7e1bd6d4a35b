// Which functions a struct_ops map hands to the kernel, and as which member:
// `SEC(".struct_ops.link") struct sched_ext_ops ops = { .init = (void *)my_init }`.
import type { PreprocessedUnit } from "../preprocess/unit.ts";
import type { VariableDecl } from "../syntax/ast.ts";
import { byContent } from "./by-content.ts";
import { sectionOf } from "./function-info.ts";
import { namedObject } from "./map-decl.ts";
import type { ParsedDeclarations } from "./parsed-declarations.ts";

export interface StructOpsMember {
  readonly struct: string;
  readonly member: string;
}

/** function -> member; a function in several places counts where it comes first. */
export function indexStructOps(
  unit: PreprocessedUnit,
  source: ParsedDeclarations,
): ReadonlyMap<string, StructOpsMember> {
  const members = new Map<string, StructOpsMember>();
  for (const declaration of unit.declarations) {
    if (!declaration.names.some(({ kind }) => kind === "variable")) continue;
    if (!mentionsStructOps(declaration)) continue;
    for (const decl of source.parse(declaration).decls) {
      if (decl.kind === "variable") addMembers(decl.variable, members);
    }
  }
  return members;
}

const mentionsStructOps = byContent(({ tokens }) =>
  tokens.some(({ kind, text }) => kind === "string" && text.includes("struct_ops")),
);

function addMembers(variable: VariableDecl, members: Map<string, StructOpsMember>): void {
  const section = sectionOf(variable.attributes);
  if (section === undefined || !/^\??\.struct_ops/.test(section)) return;
  const { type, initializer } = variable;
  if (type.kind !== "record" || type.tag === undefined || initializer?.kind !== "initializer-list") return;
  for (const { designators, value } of initializer.items) {
    const [first] = designators;
    if (first?.kind !== "field" || designators.length !== 1) continue;
    const name = namedObject(value);
    if (name !== undefined && !members.has(name)) members.set(name, { struct: type.tag, member: first.name });
  }
}
