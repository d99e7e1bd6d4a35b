; Entries of the kernel's kfunc sets: BTF_ID_FLAGS(func, name, flags).
; Run over raw kernel source; the entries have no semicolons, which the grammar mends by itself.
; Captures: @kind ("func" or "struct"), @name, @flags (one flag or several joined by |; absent if none).

(call_expression
  function: (identifier) @_macro
  arguments: (argument_list
    .
    (identifier) @kind
    .
    (identifier) @name
    .
    (_)? @flags
    .)
  (#eq? @_macro "BTF_ID_FLAGS"))
