; Programs and other functions in a section: one match for each section attribute.
; Run over the signatures of a translation unit after preprocessing, where SEC("tc") has become
; __attribute__((section("tc"), used)). Captures: @name the function, @section the string.

(declaration
  (attribute_specifier
    (argument_list
      (call_expression
        function: (identifier) @_attribute
        arguments: (argument_list (string_literal (string_content)? @section)))))
  declarator: [
    (function_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
  ]
  (#match? @_attribute "^(__)?section(__)?$"))

(function_definition
  (attribute_specifier
    (argument_list
      (call_expression
        function: (identifier) @_attribute
        arguments: (argument_list (string_literal (string_content)? @section)))))
  declarator: [
    (function_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))
  ]
  (#match? @_attribute "^(__)?section(__)?$"))
