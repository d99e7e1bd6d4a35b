// Reads which sets are registered for which program types: the btf_kfunc_id_set that names set and filter,
// and the calls that register it.
import { type CText, designators, initializers, matching, splitTopLevel } from "./c-text.ts";
import type { UnreadableList } from "./unreadable.ts";

export interface Registration {
  /** Without BPF_PROG_TYPE_; "FMODRET": programs may attach to these, not call them. */
  readonly type: string;
  readonly filter: string | undefined;
}

/** 5.18 and 5.19: plain sets by role; who stands in `check` may be called. */
export interface RoleSets {
  readonly file: CText;
  readonly check: string;
  /** Flag -> set of those that have it. */
  readonly flags: ReadonlyMap<string, string>;
}

export interface Registrations {
  /** Those of a set. */
  of(file: string, set: string): readonly Registration[];
  readonly roles: readonly RoleSets[];
}

const ROLE_FLAGS: Readonly<Record<string, string>> = {
  acquire_set: "KF_ACQUIRE",
  release_set: "KF_RELEASE",
  ret_null_set: "KF_RET_NULL",
  kptr_acquire_set: "KF_KPTR_GET",
};

interface IdSet {
  readonly set: string;
  readonly file: string;
  readonly filter: string | undefined;
}

export function readRegistrations(files: readonly CText[], problems: UnreadableList): Registrations {
  // Names are those of a file; a plain name serves what another file registers.
  const idSets = new Map<string, IdSet>();
  const roles: RoleSets[] = [];
  for (const file of files) {
    for (const { name, body, offset } of initializers(file, /\bbtf_kfunc_id_set\s+(\w+)(?:\s+__\w+)*/)) {
      const found = readIdSet(file, body);
      if (found === undefined) {
        problems.add(file, offset, `the initializer of ${name} names no set`);
        continue;
      }
      const idSet = { set: found.set, file: file.path, filter: found.filter };
      idSets.set(`${file.path}\0${name}`, idSet);
      if (!idSets.has(name)) idSets.set(name, idSet);
      if (found.roles !== undefined) roles.push(found.roles);
    }
  }
  const bySet = new Map<string, Registration[]>();
  for (const file of files) {
    for (const { types, idSet, offset, text } of registrationCalls(file)) {
      const target = idSet === undefined ? undefined : (idSets.get(`${file.path}\0${idSet}`) ?? idSets.get(idSet));
      if (types.length === 0 || target === undefined) {
        problems.add(file, offset, text);
        continue;
      }
      const key = `${target.file}\0${target.set}`;
      const added = types.map((type) => ({ type, filter: target.filter }));
      bySet.set(key, [...(bySet.get(key) ?? []), ...added]);
    }
  }
  return { of: (file, set) => bySet.get(`${file}\0${set}`) ?? [], roles };
}

function readIdSet(
  file: CText,
  body: string,
): { set: string; filter: string | undefined; roles: RoleSets | undefined } | undefined {
  const members = designators(body);
  const named = (member: string): string | undefined => /^&?\s*(\w+)$/.exec(members.get(member) ?? "")?.[1];
  const filter = named("filter");
  const set = named("set");
  if (set !== undefined) return { set, filter, roles: undefined };
  const check = named("check_set");
  if (check === undefined) return undefined;
  const flags = new Map<string, string>();
  for (const [member, flag] of Object.entries(ROLE_FLAGS)) {
    const role = named(member);
    if (role !== undefined) flags.set(flag, role);
  }
  return { set: check, filter, roles: { file, check, flags } };
}

interface RegistrationCall {
  readonly types: readonly string[];
  readonly idSet: string | undefined;
  readonly offset: number;
  /** As written, for the list of what was not understood. */
  readonly text: string;
}

function* registrationCalls(file: CText): Generator<RegistrationCall> {
  const { code } = file;
  for (const call of code.matchAll(/\bregister_btf_(kfunc|fmodret)_id_set\s*\(/g)) {
    const open = call.index + call[0].length - 1;
    const close = matching(code, open);
    if (close === undefined) continue;
    const args = splitTopLevel(code.slice(open + 1, close)).map((arg) => arg.replace(/\s+/g, " ").trim());
    // The function's own declaration.
    if (args.some((arg) => /^(?:enum|const|struct)\b/.test(arg))) continue;
    const modifies = call[1] === "fmodret";
    yield {
      types: modifies ? ["FMODRET"] : programTypes(args[0] ?? "", code),
      idSet: /^&\s*(\w+)$/.exec(args[modifies ? 0 : 1] ?? "")?.[1],
      offset: call.index,
      text: code.slice(call.index, close + 1).replace(/\s+/g, " "),
    };
  }
}

/** A constant, or all elements of an array that a loop goes through. */
function programTypes(arg: string, code: string): readonly string[] {
  const constant = /^BPF_PROG_TYPE_(\w+)$/.exec(arg);
  if (constant !== null) return [constant[1]!];
  const array = /^(\w+)\s*\[/.exec(arg)?.[1];
  if (array === undefined) return [];
  const elements = new RegExp(`\\b${array}\\s*\\[\\s*\\w*\\s*\\]\\s*=\\s*\\{([^{}]*)\\}`).exec(code)?.[1] ?? "";
  return [...elements.matchAll(/\bBPF_PROG_TYPE_(\w+)/g)].map((match) => match[1]!);
}
