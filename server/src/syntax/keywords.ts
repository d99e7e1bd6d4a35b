// Words of GNU C and what normalization does with them, as tables.

/** Spelled in the text as given here. */
export const respelled: ReadonlyMap<string, string> = new Map([
  ["const", "const"],
  ["__const", "const"],
  ["__const__", "const"],
  ["inline", "inline"],
  ["__inline", "inline"],
  ["__inline__", "inline"],
]);

/** Without a meaning for us; they leave the text. */
export const ignored: ReadonlySet<string> = new Set([
  "__extension__",
  "restrict",
  "__restrict",
  "__restrict__",
  "register",
  "_Noreturn",
  "_Thread_local",
  "__thread",
  "_Nonnull",
  "_Nullable",
  "_Nullable_result",
  "_Null_unspecified",
  "__private_extern__",
  "_Complex",
  "__complex__",
]);

export const volatileWords: ReadonlySet<string> = new Set(["volatile", "__volatile", "__volatile__"]);
export const constWords: ReadonlySet<string> = new Set(["const", "__const", "__const__"]);
export const attributeWords: ReadonlySet<string> = new Set(["__attribute__", "__attribute"]);
export const asmWords: ReadonlySet<string> = new Set(["asm", "__asm", "__asm__"]);
export const typeofWords: ReadonlySet<string> = new Set([
  "typeof",
  "__typeof",
  "__typeof__",
  "typeof_unqual",
  "__typeof_unqual",
  "__typeof_unqual__",
]);
export const alignofWords: ReadonlySet<string> = new Set(["_Alignof", "__alignof", "__alignof__", "alignof"]);
export const recordWords: ReadonlySet<string> = new Set(["struct", "union", "enum"]);

/** Words a base type is spelled with. `bool` only where it is no typedef name. */
export const baseWords: ReadonlySet<string> = new Set([
  "void",
  "char",
  "short",
  "int",
  "long",
  "float",
  "double",
  "signed",
  "__signed",
  "__signed__",
  "unsigned",
  "_Bool",
  "__int128",
  "__int128_t",
  "__uint128_t",
  "_Float16",
  "__fp16",
  "__bf16",
  "_Float128",
  "__float128",
]);

/** C keywords that go to the grammar as they are. */
export const plainKeywords: ReadonlySet<string> = new Set([
  "break",
  "case",
  "continue",
  "default",
  "do",
  "else",
  "extern",
  "for",
  "goto",
  "if",
  "return",
  "static",
  "switch",
  "typedef",
  "while",
  "_Generic",
]);

/** Ordinary identifiers of C that are keywords of the grammar. */
const grammarWords: ReadonlySet<string> = new Set([
  "TRUE",
  "FALSE",
  "true",
  "false",
  "NULL",
  "nullptr",
  "defined",
  "thread_local",
  "constexpr",
  "noreturn",
  "alignas",
  "alignof",
  "offsetof",
  "bool",
  "restrict",
  "_unaligned",
  "__unaligned",
  "_alignof",
  "size_t",
  "ssize_t",
  "ptrdiff_t",
  "intptr_t",
  "uintptr_t",
  "charptr_t",
  "nullptr_t",
  "max_align_t",
]);

/** A spelling of an ordinary identifier that the grammar reads as one. */
export function identifierText(name: string): string {
  if (!/^\w+$/.test(name)) return "identifier";
  // __try, __cdecl, int8_t ...: whole families, and the name itself is read from the token anyway.
  if (grammarWords.has(name) || /^(__[a-z]+|u?(int|char)\d+_t)$/.test(name)) return `${name}_`;
  return name;
}

/** Canonical name of a base type from its words in any order; undefined when they make none. */
export function baseTypeName(words: readonly string[]): string {
  const has = (word: string): boolean => words.includes(word);
  const unsigned = has("unsigned");
  if (has("void")) return "void";
  if (has("_Bool") || has("bool")) return "_Bool";
  if (has("__uint128_t")) return "unsigned __int128";
  if (has("__int128") || has("__int128_t")) return unsigned ? "unsigned __int128" : "__int128";
  if (has("char")) {
    if (unsigned) return "unsigned char";
    return has("signed") || has("__signed") || has("__signed__") ? "signed char" : "char";
  }
  if (has("float") || has("_Float16") || has("__fp16") || has("__bf16")) return "float";
  if (has("double") || has("_Float128") || has("__float128")) return "double";
  const size = has("short")
    ? "short"
    : has("long")
      ? words.indexOf("long") !== words.lastIndexOf("long")
        ? "long long"
        : "long"
      : "int";
  return unsigned ? `unsigned ${size}` : size;
}
