; Parameters whose name ends in a suffix the verifier knows; the same shapes as parameters.scm.
; Captures: @function the function, @name the parameter's name with its suffix.

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
      ]))
  (#match? @name
    "__(sz|szk|k|ign|alloc|uninit|refcounted_kptr|nullable|nonown_allowed|opt|str|const_str|prog|aux|map|iter|irq_flag|const_map|arena)$"))
