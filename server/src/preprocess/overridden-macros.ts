// A closed list of macros whose real definitions hide a branch in inline assembly,
// where no reader of C can see it: bounded loops, assertions that may throw, and
// comparisons kept from the optimizer. Ours take their place, also when the header
// is found; a definition that is plain C is left alone.
import { parseMacros } from "./builtin-macros/index.ts";
import type { MacroDefinition } from "./macro.ts";

const overrides = `
can_loop (__kfunc_ls_unknown() != 0)
__cond_break(statement) ({ if (__kfunc_ls_unknown()) { statement; } })
cond_break ({ if (__kfunc_ls_unknown()) break; })
cond_break_label(label) ({ if (__kfunc_ls_unknown()) goto label; })
__bpf_assert_op(left, op, right, cookie, signed_too) ({ if (!((left) op (right))) bpf_throw(cookie); })
bpf_assert_range(value, low, high) ({ if ((value) < (low) || (value) > (high)) bpf_throw(0); })
bpf_assert_range_with(value, low, high, cookie) ({ if ((value) < (low) || (value) > (high)) bpf_throw(cookie); })
_bpf_cmp(left, op, right, fallback) ((left) op (right))
bpf_cmp_likely(left, op, right) ((left) op (right))
bpf_cmp_unlikely(left, op, right) ((left) op (right))
`;

/** Building blocks that are assembly themselves and cannot be said in C: whoever uses them hides his effect. */
const assemblyParts: ReadonlySet<string> = new Set(["asm", "__asm__", "__asm", "__bpf_assert", "__bpf_cmp"]);

const ours: ReadonlyMap<string, MacroDefinition> = new Map(parseMacros(overrides).map((macro) => [macro.name, macro]));

/** What to define instead of `macro`: itself, unless it is on the list and does its work in assembly. */
export function withVisibleEffect(macro: MacroDefinition): MacroDefinition {
  const replacement = ours.get(macro.name);
  return replacement !== undefined && hidesItsEffect(macro) ? replacement : macro;
}

function hidesItsEffect(macro: MacroDefinition): boolean {
  return macro.body.some(
    (item) => item.kind === "token" && (assemblyParts.has(item.token.text) || ours.has(item.token.text)),
  );
}
