// The control-flow graph of one function: small instructions over pure expressions.
// Calls, assignments and branches happen only in instructions and terminators, so
// one pass in order gives C's order of evaluation. Short-circuit operators, `?:`,
// statement expressions and `cleanup` attributes are already control flow here.
// Does not know what a kfunc is; that is the business of verifier/.
import type { CType } from "../model/types.ts";
import type { At, BinaryOperator, FunctionDecl, VariableDecl } from "../syntax/ast.ts";

/** A local of one function: parameter, declared variable or temporary. `id` is unique in its graph. */
export interface Local {
  readonly id: number;
  /** As the user wrote it; temporaries have "" . */
  readonly name: string;
  readonly type: CType;
  readonly kind: "param" | "variable" | "temp";
  /** Its address is taken somewhere: it lives in stack memory, calls may change it. */
  readonly addressTaken: boolean;
  readonly volatile: boolean;
}

/** Side-effect-free. `type` is the type after the usual conversions as far as known. */
export type Expr = {
  readonly type: CType;
  readonly at: At;
} /** value undefined: a constant that a double cannot hold. */ & (
  | { readonly kind: "const"; readonly value: number | undefined }
  | { readonly kind: "string"; readonly value: string }
  /** Reads a place. Arrays never appear here: they decay to `address`. */
  /** `volatile`: through a volatile lvalue, as READ_ONCE does; no two such loads are one. */
  | { readonly kind: "load"; readonly place: Place; readonly volatile?: boolean }
  | { readonly kind: "address"; readonly place: Place }
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "unary"; readonly op: "-" | "~" | "!"; readonly operand: Expr }
  /** Integer or comparison operator; comparisons of pointers included. Never pointer arithmetic. */
  | { readonly kind: "binary"; readonly op: BinaryOperator; readonly left: Expr; readonly right: Expr }
  /** pointer + index elements (negative index: minus). `elementSize` 1 for void and char pointers. */
  | {
      readonly kind: "offset";
      readonly base: Expr;
      readonly index: Expr;
      readonly elementSize: number | undefined;
      readonly negative: boolean;
    }
  | { readonly kind: "cast"; readonly operand: Expr }
  /** A byte offset kept by name, so that container_of works without a layout. `value` when the layout is known. */
  | {
      readonly kind: "offsetof";
      readonly record: CType;
      readonly path: readonly string[];
      readonly value: number | undefined;
    }
  /** `__builtin_btf_type_id(*(T *)0, ...)`: the id of type T, as bpf_obj_new and the like are given it. */
  | { readonly kind: "type-id"; readonly record: CType }
  /**
   * A size or other constant that depends on types we do not know, or a value nothing is known of.
   * With `key` it is a constant of the target kernel (a CO-RE question): equal keys are equal values.
   */
  | { readonly kind: "unknown"; readonly key?: string }
);

export type Place = { readonly type: CType; readonly at: At } & (
  | { readonly kind: "local"; readonly local: Local }
  /** A file-scope variable or extern, by name. */
  | { readonly kind: "global"; readonly name: string }
  /** `*pointer`; `p->f` is member(deref(p), f); `p[i]` is deref(offset(p, i)) unless p is an array. */
  | { readonly kind: "deref"; readonly pointer: Expr }
  | { readonly kind: "member"; readonly base: Place; readonly name: string }
  | { readonly kind: "element"; readonly base: Place; readonly index: Expr }
);

export type Instruction = { readonly at: At } & (
  | {
      readonly kind: "assign";
      readonly target: Place;
      readonly value: Expr /** From a declaration's initializer. */;
      readonly initial: boolean;
    }
  /** Struct assignment `target = source` as a whole. */
  | { readonly kind: "copy"; readonly target: Place; readonly source: Place }
  /** Aggregate initializer: everything not assigned right after is zero. */
  | { readonly kind: "zero"; readonly target: Place }
  /** The variable comes to life without a value. */
  | { readonly kind: "declare"; readonly local: Local }
  /** The variable leaves scope (after its cleanup call, if any). */
  | { readonly kind: "forget"; readonly local: Local }
  | {
      readonly kind: "call";
      readonly callee: Callee;
      readonly args: readonly Expr[];
      /** Always a fresh temporary, also when the value is not used. undefined for void. */
      readonly result: Local | undefined;
      /** The call's name token, where findings about the call point. */
      readonly nameAt: At;
      /** Cleanup calls (`cleanup(f)`) that leave scope; `at` is then the variable's declaration. */
      readonly cleanup: boolean;
    }
  | {
      readonly kind: "asm";
      readonly template: string;
      readonly outputs: readonly Place[];
      readonly inputs: readonly Expr[];
      readonly clobbersMemory: boolean;
    }
  /** Value is evaluated and thrown away (a load that clang removes unless volatile). */
  | { readonly kind: "discard"; readonly value: Expr }
);

export type Callee =
  | { readonly kind: "name"; readonly name: string }
  /** Through a pointer that is not a known constant. */
  | { readonly kind: "pointer"; readonly value: Expr };

export type Terminator = { readonly at: At } & (
  | { readonly kind: "goto"; readonly target: number }
  | { readonly kind: "branch"; readonly test: Expr; readonly whenTrue: number; readonly whenFalse: number }
  | {
      readonly kind: "switch";
      readonly value: Expr;
      readonly cases: readonly {
        readonly low: number | undefined;
        readonly high: number | undefined;
        readonly target: number;
      }[];
      readonly otherwise: number;
    }
  /** Which way is not in the source: asm goto, computed goto, may_goto. */
  | { readonly kind: "any"; readonly targets: readonly number[] }
  | { readonly kind: "return"; readonly value: Expr | undefined }
  /** `__builtin_unreachable()`, `__builtin_trap()`, end of an infinite loop. */
  | { readonly kind: "unreachable" }
);

export interface BasicBlock {
  readonly id: number;
  readonly instructions: readonly Instruction[];
  readonly terminator: Terminator;
}

export interface StaticLocal {
  /** "function.variable", as clang names it: unique in the unit. */
  readonly name: string;
  readonly type: CType;
  readonly const: boolean;
  readonly volatile: boolean;
  /** As GlobalVariable.initialValue. */
  readonly initialValue: number | undefined;
  readonly decl: VariableDecl;
}

export interface ControlFlowGraph {
  readonly name: string;
  /** What it was made from: the sites of everything found in it name this one, however long the graph is kept. */
  readonly decl: FunctionDecl;
  readonly params: readonly Local[];
  readonly locals: readonly Local[];
  /** `static` variables of the body: places of kind "global" with these names. */
  readonly statics: readonly StaticLocal[];
  readonly returns: CType;
  /** Indexed by id; block 0 is the entry. Unreachable blocks are removed. */
  readonly blocks: readonly BasicBlock[];
  /** Block ids in reverse postorder from the entry. */
  readonly order: readonly number[];
  /** Ids of blocks that are the target of a back edge. */
  readonly loopHeads: ReadonlySet<number>;
  /** Something in the body has no lowering; the function must be reported as not analysed. */
  readonly problem: { readonly message: string; readonly at: At } | undefined;
}
