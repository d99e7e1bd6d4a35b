// The form built-in macros are written in.
import type { BuiltinUse } from "../macro.ts";

export interface MacroTable {
  /**
   * Where the macros may be used. "expression": not where a declarator stands at file scope, for there the
   * user declares a function of that name; "declaration": only there; "anywhere": attributes and constants.
   */
  readonly use: BuiltinUse;
  /** As after `#define`, one a line; a line that begins with white space continues the one before. */
  readonly text: string;
}
