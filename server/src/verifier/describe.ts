// Expressions back to short C text, for messages and quick fixes. Temporaries have
// no text of their own; what they hold is described by where it came from.
import type { Expr, Place } from "../cfg/ir.ts";

export function describeExpr(expr: Expr): string {
  switch (expr.kind) {
    case "load":
      return describePlace(expr.place);
    case "address":
      return expr.place.type.kind === "array" ? describePlace(expr.place) : `&${describePlace(expr.place)}`;
    case "cast":
      return describeExpr(expr.operand);
    case "const":
      return expr.type.kind === "pointer" && expr.value === 0 ? "NULL" : String(expr.value ?? "?");
    case "function":
      return expr.name;
    case "string":
      return JSON.stringify(expr.value);
    case "offset":
      return describeExpr(expr.base);
    case "unary":
      return `${expr.op}${describeExpr(expr.operand)}`;
    case "binary":
      return `${describeExpr(expr.left)} ${expr.op} ${describeExpr(expr.right)}`;
    default:
      return "";
  }
}

export function describePlace(place: Place): string {
  switch (place.kind) {
    case "local":
      return place.local.name;
    case "global":
      return place.name;
    case "deref": {
      const text = describeExpr(place.pointer);
      return text === "" ? "" : `*${text}`;
    }
    case "member": {
      if (place.base.kind === "deref") {
        const text = describeExpr(place.base.pointer);
        return text === "" ? "" : `${text}->${place.name}`;
      }
      const text = describePlace(place.base);
      return text === "" ? place.name : `${text}.${place.name}`;
    }
    case "element": {
      const text = describePlace(place.base);
      const index = describeExpr(place.index);
      return text === "" ? "" : `${text}[${index}]`;
    }
  }
}
