// Parses small C texts for the tests of this folder, and prints trees in a short
// notation: operators in front, `cast<type>(x)`, so that a wrong tree is seen at once.
import { createHeaderCache, preprocess } from "../../server/src/preprocess/preprocess.ts";
import type { PreprocessedUnit } from "../../server/src/preprocess/unit.ts";
import type {
  Expression,
  FunctionDecl,
  ParsedDeclaration,
  Statement,
  TopLevelDecl,
  TypeSyntax,
} from "../../server/src/syntax/ast.ts";
import { loadParser } from "../../server/src/syntax/parser.ts";

const parser = await loadParser();
const headers = createHeaderCache();

export function preprocessText(text: string): PreprocessedUnit {
  const config = { includeDirs: [], defines: [], undefines: [], forcedIncludes: [] };
  return preprocess({ path: "/test.c", text, config, reader: { read: () => undefined } }, headers);
}

export function parseAll(text: string): readonly ParsedDeclaration[] {
  const unit = preprocessText(text);
  return unit.declarations
    .filter((declaration) => declaration.inMainFile)
    .map((declaration) => parser.parse(declaration, (name) => unit.isTypedef(name)));
}

/** All declarations of a text that must parse. */
export function parse(text: string): readonly TopLevelDecl[] {
  return parseAll(text).flatMap(({ decls, problem }) => {
    if (problem !== undefined) throw new Error(`${problem.message} at token ${problem.at.start}`);
    return decls;
  });
}

export function parseFunction(text: string): FunctionDecl {
  const found = parse(text).findLast((decl) => decl.kind === "function");
  if (found?.kind !== "function") throw new Error("no function");
  return found;
}

/** The statements of a function body, printed. */
export function body(statements: string, before = ""): string[] {
  const { body: block } = parseFunction(`${before}\nint f(int x)\n{\n\t${statements}\n}\n`);
  return block!.statements.map(showStatement);
}

/** One expression, printed. */
export function expression(text: string, before = ""): string {
  const [statement] = body(`(void)0, ${text};`, before);
  return statement!.slice("(, cast<void>(0) ".length, -1);
}

export function showStatement(s: Statement): string {
  const maybe = (statement: Statement | undefined): string => (statement === undefined ? "" : showStatement(statement));
  switch (s.kind) {
    case "block":
      return `{${s.statements.map(showStatement).join(" ")}}`;
    case "expression":
      return show(s.expression);
    case "declaration":
      return `decl ${s.declarators
        .map(({ name, type, initializer }) => {
          const value = initializer === undefined ? "" : ` = ${show(initializer)}`;
          return `${name}: ${showType(type)}${value}`;
        })
        .join(", ")}`;
    case "if":
      return `if ${show(s.test)} ${showStatement(s.then)}${s.else === undefined ? "" : ` else ${showStatement(s.else)}`}`;
    case "for": {
      const parts = [maybe(s.init), s.test === undefined ? "" : show(s.test), s.step === undefined ? "" : show(s.step)];
      return `for (${parts.join("; ")}) ${showStatement(s.body)}`;
    }
    case "while":
      return `while ${show(s.test)} ${showStatement(s.body)}`;
    case "do":
      return `do ${showStatement(s.body)} while ${show(s.test)}`;
    case "switch":
      return `switch ${show(s.value)} ${showStatement(s.body)}`;
    case "case":
      return `case ${show(s.low)}${s.high === undefined ? "" : `...${show(s.high)}`}: ${maybe(s.body)}`;
    case "default":
      return `default: ${maybe(s.body)}`;
    case "label":
      return `${s.name}: ${maybe(s.body)}`;
    case "goto":
      return `goto ${s.label}`;
    case "goto-computed":
      return `goto *${show(s.target)}`;
    case "return":
      return s.value === undefined ? "return" : `return ${show(s.value)}`;
    case "asm": {
      const outputs = s.outputs.map(({ constraint, place }) => `${constraint}(${show(place)})`);
      const inputs = s.inputs.map(({ constraint, value }) => `${constraint}(${show(value)})`);
      return `asm "${s.template}" : ${outputs} : ${inputs} : ${s.clobbers} : ${s.labels}`;
    }
    default:
      return s.kind;
  }
}

export function show(e: Expression): string {
  switch (e.kind) {
    case "name":
      return e.name;
    case "number":
      return `${e.value}${e.unsigned ? "u" : ""}${e.long ? "l" : ""}`;
    case "string":
      return JSON.stringify(e.value);
    case "unary":
      return `(${e.op} ${show(e.operand)})`;
    case "address":
      return `(& ${show(e.operand)})`;
    case "deref":
      return `(* ${show(e.operand)})`;
    case "step":
      return e.prefix ? `(${e.op} ${show(e.operand)})` : `(${show(e.operand)} ${e.op})`;
    case "binary":
    case "logical":
      return `(${e.op} ${show(e.left)} ${show(e.right)})`;
    case "comma":
      return `(, ${show(e.left)} ${show(e.right)})`;
    case "assign":
      return `(${e.op ?? ""}= ${show(e.target)} ${show(e.value)})`;
    case "conditional":
      return `(? ${show(e.test)} ${e.whenTrue === undefined ? "" : show(e.whenTrue)} : ${show(e.whenFalse)})`;
    case "call":
      return `${show(e.callee)}(${e.args.map(show).join(", ")})`;
    case "member":
      return `${show(e.object)}${e.arrow ? "->" : "."}${e.name}`;
    case "index":
      return `${show(e.object)}[${show(e.index)}]`;
    case "cast":
      return `cast<${showType(e.type)}>(${show(e.operand)})`;
    case "compound":
      return `<${showType(e.type)}>${show(e.initializer)}`;
    case "sizeof-type":
      return `${e.op}<${showType(e.type)}>`;
    case "sizeof":
      return `${e.op}(${show(e.operand)})`;
    case "offsetof": {
      const path = e.path.map((step) => (step.kind === "field" ? `.${step.name}` : `[${show(step.index)}]`));
      return `offsetof<${showType(e.type)}>(${path.join("")})`;
    }
    case "statement":
      return `({${e.body.statements.map(showStatement).join("; ")}})`;
    case "generic": {
      const arms = e.associations.map(
        ({ type, value }) => `${type === undefined ? "default" : showType(type)}: ${show(value)}`,
      );
      return `generic(${show(e.control)}; ${arms.join(", ")})`;
    }
    case "types-compatible":
      return `compatible<${showType(e.left)}, ${showType(e.right)}>`;
    case "initializer-list": {
      const items = e.items.map(({ designators, value }) => {
        const path = designators.map((designator) => {
          if (designator.kind === "field") return `.${designator.name}`;
          return `[${show(designator.index)}${designator.last === undefined ? "" : `...${show(designator.last)}`}]`;
        });
        return path.length === 0 ? show(value) : `${path.join("")} = ${show(value)}`;
      });
      return `{${items.join(", ")}}`;
    }
    case "opaque":
      return `opaque(${e.operands.map(show).join(", ")})`;
  }
}

export function showType(type: TypeSyntax): string {
  const words = [
    ...(type.qualifiers.const ? ["const"] : []),
    ...(type.qualifiers.volatile ? ["volatile"] : []),
    showShape(type),
    ...type.attributes.map(({ name, args }) => `@${name}${args.length === 0 ? "" : `(${args.join()})`}`),
  ];
  return words.join(" ");
}

function showShape(type: TypeSyntax): string {
  switch (type.kind) {
    case "base":
    case "typedef":
      return type.name;
    case "record": {
      const head = [type.union ? "union" : "struct", ...(type.tag === undefined ? [] : [type.tag])].join(" ");
      if (type.fields === undefined) return head;
      const fields = type.fields.map(({ name, type: field, bits, attributes }) => {
        const width = bits === undefined ? "" : `:${show(bits)}`;
        const tags = attributes.map((attribute) => ` @${attribute.name}(${attribute.args.join()})`).join("");
        return `${name ?? "_"}: ${showType(field)}${width}${tags}`;
      });
      return `${head} {${fields.join("; ")}}`;
    }
    case "enum": {
      const list = type.enumerators?.map(({ name, value }) =>
        value === undefined ? name : `${name} = ${show(value)}`,
      );
      return `enum${type.tag === undefined ? "" : ` ${type.tag}`}${list === undefined ? "" : ` {${list.join(", ")}}`}`;
    }
    case "typeof":
      return `typeof(${show(type.operand)})`;
    case "typeof-type":
      return `typeof<${showType(type.operand)}>`;
    case "auto":
      return "auto";
    case "pointer":
      return `pointer(${showType(type.to)})`;
    case "array":
      return `array(${showType(type.of)}, ${type.length === undefined ? "" : show(type.length)})`;
    case "function": {
      const params = type.params.map(({ name, type: param }) => `${name ?? "_"}: ${showType(param)}`);
      return `function(${[...params, ...(type.variadic ? ["..."] : [])].join(", ")}) ${showType(type.returns)}`;
    }
  }
}
