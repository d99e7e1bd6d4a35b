; Calls of functions by name, with their arguments: what a kfunc call looks like in source text.
; Which names are kfuncs is not the grammar's business; the caller looks them up.
; Works on raw text as well, where macros may hide some calls.
; Captures: @call the whole, @name the callee, @arguments the list with its parentheses.

(call_expression
  function: (identifier) @name
  arguments: (argument_list) @arguments) @call
