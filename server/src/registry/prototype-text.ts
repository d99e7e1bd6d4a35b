// A prototype in C, from the types and names of the facts.
import type { ParamFact } from "./facts.ts";

/** Without `extern` and `__ksym`. */
export function prototypeText(name: string, returns: string, params: readonly ParamFact[]): string {
  const list = params.map(([type, param]) => {
    if (type.includes("(*)")) return type.replace("(*)", `(*${param})`);
    return joined(type, param);
  });
  return `${joined(returns, name)}(${list.length === 0 ? "void" : list.join(", ")})`;
}

function joined(type: string, name: string): string {
  return type.endsWith("*") || name === "" ? `${type}${name}` : `${type} ${name}`;
}
