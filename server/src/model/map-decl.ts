// What a map variable says about its map. libbpf's `__uint(n, v)` declares a member
// `int (*n)[v]`, `__type(n, T)` a member `T *n`, `__array(n, T)` a member `T *n[]`;
// older programs initialize a `struct bpf_map_def` instead.
import type { Expression, InitializerList, TypeSyntax, VariableDecl } from "../syntax/ast.ts";
import type { DeclSource } from "./decl-source.ts";
import type { Types } from "./type-queries.ts";
import type { MapDecl } from "./unit.ts";

/** Typedefs, typeof and inner maps are followed this far; real ones need three steps. */
const maxSteps = 16;

export interface MapReader {
  readonly source: DeclSource;
  readonly types: Types;
  /** The map of that name, for `.values = { &inner }`. */
  map(name: string): MapDecl | undefined;
}

/** undefined: the variable's type is no map we can read. */
export function readMap(name: string, variable: VariableDecl, reader: MapReader): MapDecl | undefined {
  return mapOfType(name, variable.type, reader, 0, variable.initializer);
}

function mapOfType(
  name: string,
  type: TypeSyntax,
  reader: MapReader,
  depth: number,
  initializer: Expression | undefined,
): MapDecl | undefined {
  const record = recordSyntax(type, reader.source);
  if (record?.fields === undefined || depth > maxSteps) return undefined;
  const members = new Map(record.fields.map((field) => [field.name, field.type]));
  const pointee = (member: string): TypeSyntax | undefined => {
    const declared = members.get(member);
    return declared?.kind === "pointer" ? declared.to : undefined;
  };
  const number = (member: string): Expression | undefined => {
    const array = pointee(member);
    return array?.kind === "array" ? array.length : undefined;
  };
  const list = initializer?.kind === "initializer-list" ? initializer : undefined;
  const kind = number("type") ?? memberValue(list, "type");
  if (kind === undefined) return undefined;
  const entries = number("max_entries") ?? memberValue(list, "max_entries");
  const key = pointee("key");
  const value = pointee("value");
  return {
    name,
    type: kind.kind === "name" ? kind.name : undefined,
    maxEntries: entries === undefined ? undefined : reader.types.constant(entries),
    key: key === undefined ? undefined : reader.types.resolve(key),
    value: value === undefined ? undefined : reader.types.resolve(value),
    inner: innerMap(name, members.get("values"), list, reader, depth),
  };
}

function innerMap(
  name: string,
  values: TypeSyntax | undefined,
  initializer: InitializerList | undefined,
  reader: MapReader,
  depth: number,
): MapDecl | undefined {
  const element = values?.kind === "array" && values.of.kind === "pointer" ? values.of.to : undefined;
  const declared =
    element === undefined ? undefined : mapOfType(`${name}.inner`, element, reader, depth + 1, undefined);
  if (declared !== undefined) return declared;
  const list = memberValue(initializer, "values");
  if (list?.kind !== "initializer-list") return undefined;
  for (const { value } of list.items) {
    const inner = namedObject(value);
    if (inner !== undefined && inner !== name) return reader.map(inner);
  }
  return undefined;
}

function memberValue(list: InitializerList | undefined, member: string): Expression | undefined {
  return list?.items.find(({ designators }) => {
    const [first] = designators;
    return first?.kind === "field" && first.name === member;
  })?.value;
}

/** `&x`, `(void *)&x`, `(void *)x`, `x`: the x. */
export function namedObject(expression: Expression): string | undefined {
  switch (expression.kind) {
    case "name":
      return expression.name;
    case "address":
    case "cast":
      return namedObject(expression.operand);
    default:
      return undefined;
  }
}

type RecordSyntax = Extract<TypeSyntax, { kind: "record" }>;

/** The members behind tags, typedefs and typeof. */
export function recordSyntax(type: TypeSyntax, source: DeclSource): RecordSyntax | undefined {
  let at: TypeSyntax | undefined = type;
  for (let i = 0; i < maxSteps && at !== undefined; i++) {
    switch (at.kind) {
      case "record": {
        if (at.fields !== undefined || at.tag === undefined) return at;
        const found = source.record(at.tag, at.union);
        return found?.kind === "record" ? found : at;
      }
      case "typedef":
        at = source.typedef(at.name);
        break;
      case "typeof-type":
        at = at.operand;
        break;
      case "typeof":
        at = at.operand.kind === "name" ? source.variable(at.operand.name)?.type : undefined;
        break;
      case "array":
        at = at.of;
        break;
      default:
        return undefined;
    }
  }
  return undefined;
}
