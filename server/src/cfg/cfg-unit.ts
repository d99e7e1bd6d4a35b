// What building a graph asks of the translation unit.
import type { Types } from "../model/type-queries.ts";
import type { VariableDecl } from "../syntax/ast.ts";

export interface CfgUnit {
  readonly types: Types;
  /** The file-scope variable of this name (a GlobalVariable will do); undefined for functions and unknown names. */
  global(name: string): { readonly volatile: boolean; readonly decl: VariableDecl } | undefined;
}
