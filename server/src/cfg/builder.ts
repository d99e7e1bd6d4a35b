// State shared by everything that lowers one function: the draft, the types, and
// the lexical scopes with the variables that go out of life with them.
import { returnType } from "../model/expression-type.ts";
import { Scope } from "../model/scope.ts";
import type { Types } from "../model/type-queries.ts";
import { type CType, unknownType } from "../model/types.ts";
import type { At, FunctionDecl, VariableDecl } from "../syntax/ast.ts";
import type { CfgUnit } from "./cfg-unit.ts";
import { Draft, type DraftBlock, GiveUp } from "./draft.ts";
import type { Expr, Local, Place, StaticLocal } from "./ir.ts";
import { maxNesting } from "./limits.ts";

/** What a name declared in the body stands for. */
export type Bound =
  | { readonly kind: "local"; readonly type: CType; readonly local: Local }
  /** `static` and `extern` variables, local prototypes. */
  | { readonly kind: "global"; readonly type: CType; readonly name: string; readonly volatile: boolean };

/** A variable that ends with its scope. */
export interface ScopedVariable {
  readonly local: Local;
  /** Function of the `cleanup` attribute. */
  readonly cleanup: string | undefined;
  readonly decl: VariableDecl;
}

export interface LexicalScope {
  readonly parent: LexicalScope | undefined;
  readonly depth: number;
  /** How many variables of the parent lived where this scope opens. */
  readonly outerLive: number;
  readonly names: Scope<Bound>;
  readonly variables: ScopedVariable[];
}

/** A place in the text as far as scopes go: the scope, and how many of its variables live. */
export interface ScopePoint {
  readonly scope: LexicalScope;
  readonly live: number;
}

/** Where `break` and `continue` lead; `continue` is undefined in a switch. */
export interface JumpTarget {
  readonly scope: LexicalScope;
  readonly breakTo: DraftBlock;
  readonly continueTo: DraftBlock | undefined;
}

export interface SwitchInProgress {
  readonly scope: ScopePoint;
  readonly cases: { low: number | undefined; high: number | undefined; target: number }[];
  otherwise: number | undefined;
}

export interface Label {
  readonly name: string;
  readonly block: DraftBlock;
  readonly point: ScopePoint;
}

/** A goto waits until all labels are known. */
export interface PendingGoto {
  readonly from: DraftBlock;
  readonly label: string;
  readonly point: ScopePoint;
  readonly at: At;
}

export class Builder {
  readonly unit: CfgUnit;
  readonly types: Types;
  readonly fn: FunctionDecl;
  readonly draft = new Draft();
  readonly returns: CType;
  readonly statics: StaticLocal[] = [];
  readonly jumps: JumpTarget[] = [];
  readonly switches: SwitchInProgress[] = [];
  readonly labels: Label[] = [];
  readonly gotos: PendingGoto[] = [];
  readonly computedGotos: { readonly from: DraftBlock; readonly at: At }[] = [];
  scope: LexicalScope;
  #nesting = 0;

  constructor(fn: FunctionDecl, unit: CfgUnit) {
    this.fn = fn;
    this.unit = unit;
    this.types = unit.types;
    this.scope = {
      parent: undefined,
      depth: 0,
      outerLive: 0,
      names: Scope.ofFunction<Bound>(fn.name),
      variables: [],
    };
    this.returns = this.types.resolve(fn.returns, this.scope.names);
  }

  get point(): ScopePoint {
    return { scope: this.scope, live: this.scope.variables.length };
  }

  openScope(): LexicalScope {
    const parent = this.scope;
    this.scope = {
      parent,
      depth: parent.depth + 1,
      outerLive: parent.variables.length,
      names: parent.names.inner(),
      variables: [],
    };
    return this.scope;
  }

  /** Ends the innermost scope; falling out of it is emitted into the current block. */
  closeScope(at: At): void {
    const { parent } = this.scope;
    if (parent === undefined) return;
    this.endVariables(this.scope, 0, at);
    this.scope = parent;
  }

  /** Leaves all scopes inside `outer`, as a jump does; the scope of the text stays. */
  unwindTo(outer: LexicalScope, at: At): void {
    for (
      let scope: LexicalScope | undefined = this.scope;
      scope !== undefined && scope !== outer;
      scope = scope.parent
    ) {
      this.endVariables(scope, 0, at);
    }
  }

  /** Cleanup calls of every scope; `forget` is left out, a return ends all variables. */
  unwindForReturn(): void {
    for (let scope: LexicalScope | undefined = this.scope; scope !== undefined; scope = scope.parent) {
      for (const variable of [...scope.variables].reverse()) this.#cleanUp(variable);
    }
  }

  /** Cleanup calls in reverse order of declaration, then the variables are forgotten. */
  endVariables(scope: LexicalScope, from: number, at: At, until = scope.variables.length): void {
    const ending = scope.variables.slice(from, until).reverse();
    for (const variable of ending) this.#cleanUp(variable);
    for (const { local } of ending) this.draft.emit({ kind: "forget", local, at });
  }

  hasPendingCleanup(): boolean {
    for (let scope: LexicalScope | undefined = this.scope; scope !== undefined; scope = scope.parent) {
      if (scope.variables.some((variable) => variable.cleanup !== undefined)) return true;
    }
    return false;
  }

  #cleanUp({ local, cleanup, decl }: ScopedVariable): void {
    if (cleanup === undefined) return;
    const { at, nameAt } = decl;
    const place: Place = { kind: "local", local, type: local.type, at: nameAt };
    const type: CType = { kind: "pointer", to: local.type, tags: [] };
    const returns = returnType(this.types.variable(cleanup) ?? unknownType);
    this.draft.emit({
      kind: "call",
      callee: { kind: "name", name: cleanup },
      args: [{ kind: "address", place, type, at: nameAt }],
      result: returns.kind === "void" || returns.kind === "unknown" ? undefined : this.draft.temp(returns),
      nameAt,
      cleanup: true,
      at,
    });
  }

  /** Guards the stack: every level of nested statements and expressions comes through here. */
  nested<T>(at: At, lower: () => T): T {
    if (this.#nesting >= maxNesting) throw new GiveUp(`nested more than ${maxNesting} levels deep`, at);
    this.#nesting++;
    try {
      return lower();
    } finally {
      this.#nesting--;
    }
  }

  localPlace(local: Local, at: At): Place {
    return { kind: "local", local, type: local.type, at };
  }

  loadLocal(local: Local, at: At): Expr {
    return { kind: "load", place: this.localPlace(local, at), type: local.type, at };
  }

  /** Tokens of the source, for keys that tell one question from another. */
  text(at: At): string {
    return this.fn.declaration.tokens
      .slice(at.start, at.end)
      .map((token) => token.text)
      .join(" ");
  }
}
