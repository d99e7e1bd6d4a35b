// Programs as small trees of statements, so that mutations and minimising work on structure
// and every tree prints as C.

/** What a statement is to its protocol; mutations look for these. */
export type Role =
  | "acquire"
  | "release"
  | "null-check"
  | "use"
  | "region-begin"
  | "region-end"
  | "iterator-destroy"
  | "exit"
  | "plain";

export type Statement =
  | { readonly kind: "line"; readonly role: Role; readonly text: string; readonly about?: About }
  | {
      readonly kind: "if";
      readonly role: Role;
      readonly condition: string;
      readonly body: readonly Statement[];
      readonly otherwise?: readonly Statement[];
      readonly about?: About;
    }
  | { readonly kind: "loop"; readonly head: string; readonly body: readonly Statement[] }
  | { readonly kind: "label"; readonly name: string };

/** The resource that a statement concerns, with the C texts that mutations insert. */
export interface About {
  readonly variable: string;
  /** Uses of the resource that need it alive and not NULL. */
  readonly uses: readonly string[];
  readonly release: string;
  /** Another acquire into the same variable. */
  readonly again?: string;
}

export interface Program {
  readonly name: string;
  readonly section: Section;
  /** Static functions of its own, printed before it. */
  readonly helpers: readonly string[];
  readonly declarations: readonly string[];
  readonly body: readonly Statement[];
}

export interface Section {
  readonly section: string;
  /** Parameter list of BPF_PROG, or of a plain function. */
  readonly head: (name: string) => string;
  readonly tracing: boolean;
  readonly sleepable: boolean;
  /** Kernel objects given as trusted arguments. */
  readonly arguments: { readonly task?: string; readonly cgroup?: string; readonly skb?: string };
}

export function print(program: Program): string {
  const lines = [
    ...program.helpers,
    "",
    `SEC("${program.section.section}")`,
    program.section.head(program.name),
    "{",
    ...program.declarations.map((line) => `\t${line}`),
    "",
    ...printBlock(program.body, 1),
    "}",
    "",
  ];
  return lines.join("\n");
}

function printBlock(statements: readonly Statement[], depth: number): string[] {
  return statements.flatMap((statement) => printStatement(statement, depth));
}

function printStatement(statement: Statement, depth: number): string[] {
  const tabs = "\t".repeat(depth);
  switch (statement.kind) {
    case "line":
      return [`${tabs}${statement.text}`];
    case "label":
      return [`${statement.name}:;`];
    case "loop":
      return [`${tabs}${statement.head} {`, ...printBlock(statement.body, depth + 1), `${tabs}}`];
    case "if": {
      const then = [`${tabs}if (${statement.condition}) {`, ...printBlock(statement.body, depth + 1)];
      if (statement.otherwise === undefined) return [...then, `${tabs}}`];
      return [...then, `${tabs}} else {`, ...printBlock(statement.otherwise, depth + 1), `${tabs}}`];
    }
  }
}

/** A place in a tree: indexes from the body down; -1 leads into the else branch. */
export type Place = readonly number[];

export interface Found {
  readonly place: Place;
  readonly statement: Statement;
}

export function walk(body: readonly Statement[], prefix: Place = []): Found[] {
  return body.flatMap((statement, index): Found[] => {
    const place = [...prefix, index];
    const inner = statement.kind === "if" || statement.kind === "loop" ? walk(statement.body, place) : [];
    const otherwise =
      statement.kind === "if" && statement.otherwise !== undefined ? walk(statement.otherwise, [...place, -1]) : [];
    return [{ place, statement }, ...inner, ...otherwise];
  });
}

/** The body with the statement at `place` replaced by others (none removes it). */
export function replaceAt(
  body: readonly Statement[],
  place: Place,
  by: (statement: Statement) => readonly Statement[],
): Statement[] {
  const [index, ...rest] = place;
  return body.flatMap((statement, i): readonly Statement[] => {
    if (i !== index) return [statement];
    if (rest.length === 0) return by(statement);
    if (statement.kind === "if" && rest[0] === -1) {
      return [{ ...statement, otherwise: replaceAt(statement.otherwise ?? [], rest.slice(1), by) }];
    }
    if (statement.kind === "if" || statement.kind === "loop") {
      return [{ ...statement, body: replaceAt(statement.body, rest, by) }];
    }
    return [statement];
  });
}
