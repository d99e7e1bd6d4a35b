// Resolves kfunc calls as proposed for signed loaders: the kernel itself looks a call up by name. Its immediate is the
// id of the FUNC in the program's own BTF and its offset is 0; the FUNC's name is searched in vmlinux and nowhere else.
// Four errors are told apart, and nothing else is specified: no suffixes, no prototypes, no modules.
import type { Btf } from "../btf/btf.ts";
import { printDeclaration } from "../btf/c-type.ts";
import { kinds } from "../btf/kinds.ts";
import type { BpfObject, CallSite } from "./bpf-object.ts";
import type { Kernel } from "./kernel.ts";
import type { Resolution, Verdict } from "./resolution.ts";

interface Call {
  /** Type id in the object's BTF. */
  readonly imm: number;
  readonly off: number;
  readonly sites: readonly CallSite[];
  /** As the symbol table has it. */
  readonly symbol?: string;
  readonly weak: boolean;
}

/** One entry for each function called. Externs that are only tested for existence are not part of the proposal. */
export function resolveLikeProgBtf(object: BpfObject, kernel: Kernel): readonly Resolution[] {
  return callsOf(object).map((call) => resolveCall(call, object.btf, kernel));
}

/** A compiler leaves relocations; what prepares the object for signing puts the id of the declaration in their place. */
function callsOf({ externs, fixedCalls }: BpfObject): readonly Call[] {
  const relocated = externs
    .filter(({ calls }) => calls.length > 0)
    .map(({ name, weak, declaration, calls }) => ({ imm: declaration ?? 0, off: 0, sites: calls, symbol: name, weak }));
  return [...relocated, ...fixedCalls.map((call) => ({ ...call, weak: false }))];
}

function resolveCall(call: Call, btf: Btf | undefined, kernel: Kernel): Resolution {
  const { imm, off, sites, symbol = "", weak } = call;
  const start = { name: symbol, lookedUp: symbol, kind: "func", weak, calls: sites, addressTaken: 0 } as const;
  const refuse = (verdict: Verdict, reason: string, notes: readonly string[] = []): Resolution => {
    return { ...start, ...declared, verdict, fails: !weak, alsoIn: [], reason, notes };
  };
  let declared: { name?: string; lookedUp?: string; declared?: string } = {};
  if (btf === undefined || off !== 0) {
    return refuse("requires-prog-btf", `requires prog BTF and offset 0${off === 0 ? "" : `, not offset ${off}`}`);
  }
  if (imm <= 0 || imm >= btf.endId || btf.kind(imm) !== kinds.func) {
    return refuse("not-a-func", `not a FUNC in prog BTF: type id ${imm}`);
  }
  const name = btf.name(imm);
  declared = { name, lookedUp: name, declared: printDeclaration(btf, imm) };
  if (name === "") return refuse("no-name", `FUNC has no name: type id ${imm}`);
  const matches = kernel.find(kinds.func, name);
  const match = matches.find((candidate) => candidate.in === kernel.vmlinux);
  const elsewhere = matches.filter((candidate) => candidate !== match).map((candidate) => kernel.describe(candidate));
  if (match === undefined) {
    const notes = elsewhere.map((other) => `${other.btf} has it, but modules are not searched`);
    return refuse("not-found", "not found in vmlinux BTF", notes);
  }
  const notes = elsewhere.map((other) => `also defined in ${other.btf} [${other.id}]; only vmlinux is searched`);
  return {
    ...start,
    ...declared,
    verdict: "resolved",
    fails: false,
    found: kernel.describe(match),
    alsoIn: elsewhere,
    notes,
  };
}
