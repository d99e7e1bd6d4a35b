; Kernel symbols a program declares: externs in section ".ksyms" (written __ksym).
; Run over preprocessed declarations, like programs.scm. Captures: @function a kfunc, @variable
; a kernel variable. An attribute before the type and one after the declarator are the same to C.

(declaration
  (attribute_specifier
    (argument_list
      (call_expression
        function: (identifier) @_attribute
        arguments: (argument_list (string_literal (string_content) @_section)))))
  declarator: [
    (function_declarator declarator: (identifier) @function)
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @function))
    (pointer_declarator
      declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @function)))
  ]
  (#match? @_attribute "^(__)?section(__)?$")
  (#eq? @_section ".ksyms"))

(declaration
  (attribute_specifier
    (argument_list
      (call_expression
        function: (identifier) @_attribute
        arguments: (argument_list (string_literal (string_content) @_section)))))
  declarator: [
    (identifier) @variable
    (pointer_declarator declarator: (identifier) @variable)
    (array_declarator declarator: (identifier) @variable)
  ]
  (#match? @_attribute "^(__)?section(__)?$")
  (#eq? @_section ".ksyms"))
