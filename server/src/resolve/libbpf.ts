// Resolves the externs of an object as libbpf (1.3 and later) does before the kernel sees the program.
// What libbpf leaves to the kernel, such as whether a function is a kfunc at all, appears in notes only.
import type { Btf } from "../btf/btf.ts";
import { printDeclaration } from "../btf/c-type.ts";
import { kinds } from "../btf/kinds.ts";
import { externTarget } from "../registry/extern-target.ts";
import type { BpfObject, Extern, FixedCall } from "./bpf-object.ts";
import { incompatibility } from "./compatible.ts";
import type { Kernel, Match } from "./kernel.ts";
import type { Resolution } from "./resolution.ts";

const externLinkage = 2;

/** Externs in the order of the symbol table, then calls that were fixed before. Values from .kconfig are not ours. */
export function resolveLikeLibbpf(object: BpfObject, kernel: Kernel): readonly Resolution[] {
  const externs = object.externs.filter(({ section }) => section !== ".kconfig");
  return [
    ...externs.map((extern) => resolveExtern(extern, object.btf, kernel)),
    ...object.fixedCalls.map((call) => resolveFixedCall(call, kernel)),
  ];
}

function resolveExtern(extern: Extern, btf: Btf | undefined, kernel: Kernel): Resolution {
  const { name, weak, declaration, calls, addressTaken } = extern;
  const bare = { name, lookedUp: name, kind: "func", weak, calls, addressTaken, alsoIn: [], notes: [] } as const;
  if (btf === undefined || declaration === undefined) {
    const reason =
      btf === undefined ? "the object has no BTF; compile it with -g" : "the object's BTF does not declare it";
    return { ...bare, verdict: "no-declaration", fails: true, reason };
  }
  const isFunc = btf.kind(declaration) === kinds.func;
  const start = { ...bare, kind: isFunc ? "func" : "var", declared: printDeclaration(btf, declaration) } as const;
  if ((isFunc ? btf.linkage(declaration) : btf.varLinkage(declaration)) !== externLinkage) {
    return {
      ...start,
      verdict: "no-declaration",
      fails: true,
      reason: "the object's BTF does not declare it as extern",
    };
  }
  if (extern.section !== ".ksyms") {
    const reason =
      extern.section === undefined
        ? "it is not in .ksyms: add __ksym, or link the object that defines it"
        : `it is in the section ${extern.section}, which libbpf does not know`;
    return { ...start, verdict: "not-a-ksym", fails: true, reason };
  }
  return isFunc
    ? resolveFunc(start, { btf, id: declaration }, kernel)
    : resolveVar(start, { btf, id: declaration }, kernel);
}

type Start = Omit<Resolution, "verdict" | "fails">;
interface Declaration {
  readonly btf: Btf;
  readonly id: number;
}

function resolveFunc(start: Start, { btf, id }: Declaration, kernel: Kernel): Resolution {
  const lookedUp = externTarget(start.name);
  const [match, ...others] = kernel.find(kinds.func, lookedUp);
  const named = { ...start, lookedUp };
  if (match === undefined) {
    const notes = [...notesOnSuffix(start.name, kernel), ...notesOnRenamed(lookedUp, kernel)];
    const reason = `${lookedUp} is in none of the BTFs given`;
    return { ...named, verdict: "not-found", fails: !start.weak, reason, notes };
  }
  const alsoIn = others.map((other) => kernel.describe(other));
  const found = { ...named, found: kernel.describe(match), alsoIn };
  const problem = incompatibility(
    { btf, id: btf.target(id) },
    { btf: match.in.btf, id: match.in.btf.target(match.id) },
  );
  if (problem !== undefined) {
    const notes = [
      ...notesOnSuffix(start.name, kernel),
      ...notesOnHidden({ btf, id }, match),
      ...notesOnKfunc(match, kernel),
      ...notesOnTwins(alsoIn, match),
    ];
    return { ...found, verdict: "incompatible", fails: !start.weak, reason: problem, notes };
  }
  const notes = [...notesOnSuffix(start.name, kernel), ...notesOnKfunc(match, kernel), ...notesOnTwins(alsoIn, match)];
  return { ...found, verdict: "resolved", fails: false, notes };
}

function resolveVar(start: Start, { btf, id }: Declaration, kernel: Kernel): Resolution {
  const type = btf.skipModifiers(btf.target(id));
  if (type === 0) {
    const reason = "it has no type, so its address comes from /proc/kallsyms of the running kernel";
    return { ...start, verdict: "not-judged", fails: false, reason };
  }
  const [match, ...others] = kernel.find(kinds.var, start.name);
  if (match === undefined) {
    const reason = `${start.name} is in none of the BTFs given`;
    return { ...start, verdict: "not-found", fails: !start.weak, reason };
  }
  const alsoIn = others.map((other) => kernel.describe(other));
  const found = { ...start, found: kernel.describe(match), alsoIn, notes: notesOnTwins(alsoIn, match) };
  const theirs = { btf: match.in.btf, id: match.in.btf.target(match.id) };
  const problem = incompatibility({ btf, id: type }, theirs, "the variable");
  // Unlike a function, a weak variable of another type is an error.
  if (problem !== undefined) return { ...found, verdict: "incompatible", fails: true, reason: problem };
  return { ...found, verdict: "resolved", fails: false };
}

/** libbpf does not touch these; the kernel reads the immediate as a type id of vmlinux, or of fd_array[offset]. */
function resolveFixedCall({ imm, off, sites }: FixedCall, kernel: Kernel): Resolution {
  const start = {
    name: "",
    lookedUp: "",
    kind: "func",
    weak: false,
    calls: sites,
    addressTaken: 0,
    alsoIn: [],
  } as const;
  const { btf } = kernel.vmlinux;
  const notes = ["called without a relocation: the number in the instruction is used as it is"];
  if (off !== 0) {
    const reason = `its offset ${off} is an index of BTFs that the program's loader passes`;
    return { ...start, verdict: "not-judged", fails: false, reason, notes };
  }
  if (imm <= 0 || imm >= btf.endId || btf.kind(imm) !== kinds.func) {
    return { ...start, verdict: "not-a-func", fails: true, reason: `type id ${imm} is no function of vmlinux`, notes };
  }
  const match = { in: kernel.vmlinux, id: imm };
  const name = btf.name(imm);
  return { ...start, name, lookedUp: name, verdict: "resolved", fails: false, found: kernel.describe(match), notes };
}

/** A kfunc whose own name has a suffix is found only when another one is appended. */
function notesOnSuffix(name: string, kernel: Kernel): readonly string[] {
  if (externTarget(name) === name) return [];
  const [full] = kernel.find(kinds.func, name);
  if (full === undefined) return [];
  return [
    `${full.in.name} has a function of the full name; libbpf drops the last suffix, so declare ${name}___compat to call it`,
  ];
}

function notesOnRenamed(name: string, kernel: Kernel): readonly string[] {
  const other = name.endsWith("_impl") ? name.slice(0, -"_impl".length) : `${name}_impl`;
  const [match] = kernel.find(kinds.func, other);
  return match !== undefined && kernel.isKfunc(match) === true
    ? [`${match.in.name} has ${other}: ${kernel.describe(match).declaration}`]
    : [];
}

/** Declared with the parameters that the verifier supplies: it fits the long form, NAME_impl, and not the kfunc. */
function notesOnHidden({ btf, id }: Declaration, match: Match): readonly string[] {
  const target = match.in.btf;
  const [long] = target.findOwn(kinds.func, `${target.name(match.id)}_impl`);
  if (long === undefined) return [];
  if (incompatibility({ btf, id: btf.target(id) }, { btf: target, id: target.target(long) }) !== undefined) return [];
  const surplus = btf.params(btf.target(id)).length - target.params(target.target(match.id)).length;
  if (surplus <= 0) return [];
  const last = surplus === 1 ? "the last declared parameter" : `the last ${surplus} declared parameters`;
  return [`the verifier supplies ${last}: declare the function without`];
}

function notesOnKfunc(match: Match, kernel: Kernel): readonly string[] {
  if (kernel.isKfunc(match) !== false) return [];
  const name = match.in.btf.name(match.id);
  const short = name.endsWith("_impl") ? name.slice(0, -"_impl".length) : undefined;
  const [callable] = short === undefined ? [] : kernel.find(kinds.func, short);
  const instead = callable === undefined ? "" : `; declare ${kernel.describe(callable).declaration}`;
  return [`${match.in.name} has this function, but it is no kfunc: the verifier refuses to call it${instead}`];
}

function notesOnTwins(alsoIn: Resolution["alsoIn"], match: Match): readonly string[] {
  if (alsoIn.length === 0) return [];
  const others = alsoIn.map(({ btf, id }) => `${btf} [${id}]`).join(", ");
  return [`also defined in ${others}; resolution by name takes ${match.in.name}`];
}
