// Finds struct_ops members with a stub. The verifier reads `__ref` and `__nullable` off the names
// of the stub's parameters, and finds the stub by its name: <struct>__<member>.
import type { StructOpsFact } from "../facts.ts";
import { CText, functionAt } from "./c-text.ts";
import { TEST_FOLDER } from "./folders.ts";
import type { SourceTree } from "./source-tree.ts";

const FOLDERS = ["kernel", "net", "drivers/hid", "io_uring", "mm", "fs", "block", "tools/testing/selftests/bpf"];

export function scanStructOps(tree: SourceTree): readonly StructOpsFact[] {
  const facts = new Map<string, StructOpsFact>();
  for (const path of tree.filesContaining(["struct bpf_struct_ops "], FOLDERS)) {
    if (!path.endsWith(".c")) continue;
    const file = new CText(path, tree.read(path) ?? "");
    const testOnly = path.startsWith(TEST_FOLDER);
    const declared = nullableByCall(file);
    for (const { struct, member, stub } of membersOf(file)) {
      const key = `${struct}.${member}`;
      const definition = definitionOf(file, `${struct}__${member}`) ?? definitionOf(file, stub);
      if (definition === undefined || facts.has(key)) continue;
      const suffixed = definition.name === `${struct}__${member}`;
      facts.set(key, {
        struct,
        member,
        returns: definition.returns,
        // Names of other stubs mean nothing to the verifier.
        params: definition.params.map(([type, name]) => [
          type,
          suffixed ? name : name.replace(/__(?:ref|nullable)$/, ""),
        ]),
        ...(declared.has(member) ? { maybeNull: declared.get(member)! } : {}),
        ...(testOnly ? { testOnly: true as const } : {}),
      });
    }
  }
  return [...facts.values()].sort((a, b) => (`${a.struct}.${a.member}` < `${b.struct}.${b.member}` ? -1 : 1));
}

function* membersOf(file: CText): Generator<{ struct: string; member: string; stub: string }> {
  const instances = new Map<string, string>();
  for (const stubs of file.code.matchAll(/\.cfi_stubs\s*=\s*&?\s*(\w+)/g)) instances.set(stubs[1]!, "");
  for (const instance of instances.keys()) {
    const declared = new RegExp(`\\bstruct\\s+(\\w+)\\s+${instance}\\s*=\\s*\\{`).exec(file.code);
    if (declared === null) continue;
    const from = declared.index + declared[0].length;
    const body = file.code.slice(from, file.code.indexOf("\n}", from));
    for (const member of body.matchAll(/\.(\w+)\s*=\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)\s*)?(\w+)/g)) {
      yield { struct: declared[1]!, member: member[1]!, stub: member[2]! };
    }
  }
}

/** Before stubs had names, sched_ext's access hook said which arguments may be NULL. */
function nullableByCall(file: CText): ReadonlyMap<string, readonly number[]> {
  const members = new Map<string, readonly number[]>();
  for (const call of file.code.matchAll(/\bset_arg_maybe_null\(\s*"(\w+)"\s*,\s*(\d+)/g)) {
    members.set(call[1]!, [...(members.get(call[1]!) ?? []), Number(call[2])]);
  }
  return members;
}

function definitionOf(file: CText, name: string) {
  for (const match of file.code.matchAll(new RegExp(`\\b${name}\\b`, "g"))) {
    const definition = functionAt(file, match.index, name.length);
    if (definition !== undefined) return { ...definition, name };
  }
  return undefined;
}
