; Parameter names of functions, in order, one match for each named parameter. The verifier gives
; names a meaning by their suffix (__sz, __k, __ign, __nullable ...): see suffixes.scm.
; Works on raw kernel text: __bpf_kfunc before the return type does no harm.
; Captures: @function the function, @parameter the whole parameter, @name its name.

(function_declarator
  declarator: (identifier) @function
  parameters: (parameter_list
    (parameter_declaration
      declarator: [
        (identifier) @name
        (pointer_declarator (identifier) @name)
        (pointer_declarator (pointer_declarator (identifier) @name))
        (array_declarator (identifier) @name)
        (function_declarator (parenthesized_declarator (pointer_declarator (identifier) @name)))
      ]) @parameter))
