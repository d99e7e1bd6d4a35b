; Single arguments of calls by name, in order. Captures: @name the callee, @argument one argument.

(call_expression
  function: (identifier) @name
  arguments: (argument_list (_) @argument))
