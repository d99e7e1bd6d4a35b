// Declarations inside a body: locals come to life, statics become places of the
// unit, typedefs and tags become names of the scope.
import { decay } from "../model/conversions.ts";
import { toNumber } from "../model/integers.ts";
import { type CType, unknownType } from "../model/types.ts";
import type { Statement, TypeSyntax, VariableDecl } from "../syntax/ast.ts";
import type { Builder } from "./builder.ts";
import { lowerValue } from "./expressions.ts";
import { initialize } from "./initializers.ts";
import type { Local } from "./ir.ts";

export function lowerDeclaration(builder: Builder, statement: Extract<Statement, { kind: "declaration" }>): void {
  const { names } = builder.scope;
  for (const tag of statement.tags ?? []) builder.types.resolve(tag, names);
  for (const variable of statement.declarators) lowerVariable(builder, variable);
}

function lowerVariable(builder: Builder, decl: VariableDecl): void {
  const { names } = builder.scope;
  const { name, initializer } = decl;
  if (decl.type.kind === "auto") {
    lowerAuto(builder, decl);
    return;
  }
  const written = builder.types.resolve(decl.type, names);
  if (decl.storage === "typedef") {
    names.declare(name, { kind: "typedef", type: written });
  } else if (decl.storage === "static") {
    declareStatic(builder, decl, builder.types.completeArray(written, initializer, names));
  } else if (decl.storage === "extern" || written.kind === "function") {
    names.declare(name, {
      kind: "variable",
      variable: { kind: "global", type: written, name, volatile: decl.type.qualifiers.volatile },
    });
  } else {
    const type = builder.types.completeArray(written, initializer, names);
    const local = declareLocal(builder, decl, type);
    if (initializer === undefined) builder.draft.emit({ kind: "declare", local, at: decl.at });
    else initialize(builder, builder.localPlace(local, decl.nameAt), initializer, decl.at);
    endWithScope(builder, decl, local);
  }
}

/** `auto x = value`: its type is the value's. */
function lowerAuto(builder: Builder, decl: VariableDecl): void {
  const { at, nameAt, initializer } = decl;
  const value = initializer && lowerValue(builder, initializer);
  const local = declareLocal(builder, decl, value === undefined ? unknownType : decay(value.type));
  const target = builder.localPlace(local, nameAt);
  if (value === undefined) builder.draft.emit({ kind: "declare", local, at });
  else if (value.kind === "load" && value.type.kind === "record") {
    builder.draft.emit({ kind: "copy", target, source: value.place, at });
  } else {
    builder.draft.emit({ kind: "assign", target, value, initial: true, at });
  }
  endWithScope(builder, decl, local);
}

function declareLocal(builder: Builder, decl: VariableDecl, type: CType): Local {
  const local = builder.draft.local(decl.name, type, "variable", isVolatileObject(decl.type));
  builder.scope.names.declare(decl.name, { kind: "variable", variable: { kind: "local", type, local } });
  return local;
}

/** From here on leaving the scope ends the variable; leaving out of its own initializer does not. */
function endWithScope(builder: Builder, decl: VariableDecl, local: Local): void {
  const cleanup = decl.attributes.find((attribute) => attribute.name === "cleanup")?.args[0];
  builder.scope.variables.push({ local, cleanup, decl });
}

/** Volatile itself; a pointer to volatile is not. */
function isVolatileObject(type: TypeSyntax): boolean {
  let level = type;
  while (level.kind === "array") level = level.of;
  return level.qualifiers.volatile;
}

function isConstObject(type: TypeSyntax): boolean {
  let level = type;
  while (level.kind === "array") level = level.of;
  return level.qualifiers.const;
}

/** Lives as long as the program: a place of the unit under a name of its own, as clang gives it. */
function declareStatic(builder: Builder, decl: VariableDecl, type: CType): void {
  const plain = `${builder.fn.name}.${decl.name}`;
  const taken = builder.statics.filter(({ name }) => name === plain || name.startsWith(`${plain}.`)).length;
  const name = taken === 0 ? plain : `${plain}.${taken}`;
  const isVolatile = isVolatileObject(decl.type);
  const { initializer } = decl;
  const value = initializer && builder.types.exactConstant(initializer, builder.scope.names);
  const initialValue = initializer === undefined ? 0 : value && toNumber(value.value);
  builder.statics.push({ name, type, const: isConstObject(decl.type), volatile: isVolatile, initialValue, decl });
  builder.scope.names.declare(decl.name, {
    kind: "variable",
    variable: { kind: "global", type, name, volatile: isVolatile },
  });
}
