// Which struct a list or tree holds, and which of its members is the node: the
// `__contains` tag at the declaration of the head says so.
import type { Expr, Place } from "../cfg/ir.ts";
import type { TranslationUnit } from "../model/unit.ts";
import type { Call } from "./arguments.ts";
import { specialFieldAt } from "./special-fields.ts";
import type { State } from "./state.ts";

export interface GraphElement {
  readonly struct: string;
  readonly field: string;
}

/** From the head or root among the call's arguments; undefined when it cannot be told where that is. */
export function graphElement(call: Call, state: State): GraphElement | undefined {
  const index = call.effect.params.findIndex((param) => param.kind === "list-head" || param.kind === "rb-root");
  const value = call.args[index];
  const head = call.exprs[index];
  if (value === undefined || head === undefined) return undefined;
  const tag = call.effect.params[index]?.kind === "list-head" ? "bpf_list_head" : "bpf_rb_root";
  const place = specialFieldAt(call.machine, state, value, tag);
  return elementOf(place.kind === "found" ? place.declTags : declTags(call.machine.unit.unit, head));
}

export function elementOf(tags: readonly string[]): GraphElement | undefined {
  for (const tag of tags) {
    const parts = tag.split(":");
    if (parts[0] === "contains" && parts[1] !== undefined && parts[2] !== undefined) {
      return { struct: parts[1], field: parts[2] };
    }
  }
  return undefined;
}

function declTags(unit: TranslationUnit, head: Expr): readonly string[] {
  let expr = head;
  while (expr.kind === "cast" || expr.kind === "offset") expr = expr.kind === "cast" ? expr.operand : expr.base;
  return expr.kind === "address" ? placeTags(unit, expr.place) : [];
}

function placeTags(unit: TranslationUnit, place: Place): readonly string[] {
  switch (place.kind) {
    case "global":
      return unit.global(place.name)?.declTags ?? [];
    case "member":
      return unit.field(place.base.type, place.name)?.steps.at(-1)?.declTags ?? [];
    case "element":
      return placeTags(unit, place.base);
    default:
      return [];
  }
}
