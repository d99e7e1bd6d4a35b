// What a checker says does not depend on what it was asked before: after any edits the
// answer of one that lives long equals that of a fresh one. This is what guards the
// caches of check/, model/ and preprocess/.
import { expect, it } from "vitest";
import type { Checker, FileCheck } from "../../server/src/check/api.ts";
import { createChecker } from "../../server/src/check/checker.ts";
import type { SourceSpan } from "../../server/src/index.ts";
import { randomNumbers } from "../support/random.ts";
import { samplePrograms } from "../support/sample-programs.ts";

const header = `#ifndef SHARED_H
#define SHARED_H
#define WATCHED 1
#define GIVE_BACK(task) bpf_task_release(task)
enum limits { FEW = 2, MANY = 8 };
struct holder { struct task_struct *task; int pid; };
extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;

static struct task_struct *watch(s32 pid)
{
	struct task_struct *held = bpf_task_from_pid(pid);

	return held;
}
#endif
`;

const main = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "shared.h"
#define HOLD(pid) bpf_task_from_pid(pid)
#define BAIL_OUT(ret) do { if (stop) return ret; } while (0)

struct slot {
	struct task_struct __kptr *task;
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FEW);
	__type(key, int);
	__type(value, struct slot);
} slots SEC(".maps");

const volatile int tries = 3;
static int stop;
int seen;

static int forget(struct task_struct *task, int how)
{
	if (how > WATCHED)
		return 1;
	GIVE_BACK(task);
	return 0;
}

static int forget_all(u32 index, void *context)
{
	struct task_struct *task = watch(index);

	if (task)
		forget(task, 0);
	return 0;
}

static int expired(void *map, int *key, struct slot *slot)
{
	struct task_struct *old = bpf_kptr_xchg(&slot->task, NULL);

	if (old)
		bpf_task_release(old);
	return 0;
}

struct answer { struct task_struct *task; } __noinline global_one(int pid)
{
	struct answer answer = { HOLD(pid) };

	if (answer.task)
		bpf_task_release(answer.task);
	answer.task = 0;
	return answer;
}

__noinline int global_two(int pid)
{
	struct task_struct *task = HOLD(pid);

	BAIL_OUT(2);
	if (!task)
		return __LINE__ > 70;
	return forget(task, tries);
}

SEC("tp_btf/task_newtask")
int BPF_PROG(first, struct task_struct *task, u64 flags)
{
	struct holder holder = { .pid = task->pid };
	int i;

	for (i = 0; i < MANY; i++) {
		holder.task = watch(holder.pid + i);
		if (holder.task)
			forget(holder.task, i & 1);
	}
	return global_two(i);
}

SEC("tp_btf/task_newtask")
int BPF_PROG(second, struct task_struct *task, u64 flags)
{
	int key = 0;
	struct slot *slot = bpf_map_lookup_elem(&slots, &key);
	struct task_struct *own;

	if (!slot)
		return 0;
	bpf_timer_set_callback(&slot->timer, expired);
	own = bpf_task_acquire(task);
	own = bpf_kptr_xchg(&slot->task, own);
	if (own)
		forget(own, 0);
	return global_two(seen);
}

SEC("syscall")
int third(void *context)
{
	struct task_struct *task = HOLD(__LINE__);

	bpf_loop(tries, forget_all, NULL, 0);
	global_one(1);
	seen = task->pid;
	if (seen == 92)
		return 1;
	bpf_task_release(task);
	return 0;
}

char _license[] SEC("license") = "GPL";
`;

/** One file with its header as an editor has them open, and all versions before. */
interface Edited {
  main: string;
  header: string;
}

const path = "/project/prog.bpf.c";
const headerPath = "/project/shared.h";
const config = { includeDirs: [], defines: [], undefines: [], forcedIncludes: [] };
const kernels = ["6.12", "7.2"];

const statements = [
  "return 0;",
  "if (!task)\n\t\treturn 0;",
  "if (task) bpf_task_release(task);",
  "bpf_task_release(task);",
  "task = watch(tries);",
  "task = HOLD(seen++);",
  "global_two(seen);",
  "forget(task, FEW);",
  "bpf_loop(2, forget_all, 0, 0);",
  "seen = sizeof(struct holder) + MANY;",
  "while (seen < 10) { task = HOLD(seen); }",
  "forget_all(1, 0); forget_all(2, 0);",
  "goto out; out:",
];
const declarations = [
  "struct holder { int pid; struct task_struct *task; };",
  "static struct task_struct *watch(s32 pid) { return 0; }",
  "int watch(s32 pid);",
  "typedef int seen;",
  "static int forget(struct task_struct *task, int how);",
  "__noinline int global_two(int pid) { return pid; }",
  "#define MANY 1",
  "#undef HOLD\n#define HOLD(x) bpf_task_acquire((void *)x)",
  "#define forget(task, how) 0",
  "extern void bpf_task_release(struct task_struct *p) __ksym __weak;",
  "enum { FEW = 100 };",
  'SEC("tc") int fourth(struct __sk_buff *ctx) { return global_two(1) + forget(HOLD(1), 0); }',
];
const scraps = [
  "{",
  "}",
  "(",
  ")",
  ";",
  "/*",
  "*/",
  '"',
  "#if 0\n",
  "\n#endif\n",
  "\\\n",
  "\n\n",
  " ",
  "x",
  "static ",
  "1",
];

type Random = (below: number) => number;
const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!;

/** Changes like those a programmer makes, and some that a keyboard makes. */
const edits: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => afterLine(text, random, /;$/, `\t${pick(random, statements)}`),
  (text, random) => afterLine(text, random, /;$/, `\t${pick(random, statements)}`),
  (text, random) => afterLine(text, random, /^(?:}|};|$)/, pick(random, declarations)),
  (text, random) => afterLine(text, random, /^/, ""),
  // A line goes, comes twice, or changes places with the next.
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 1)),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 0, lines[at]!)),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 2, lines[at + 1] ?? "", lines[at]!)),
  // A function or another declaration goes, comes twice, or moves.
  (text, random) => onChunks(text, random, (chunks, at) => chunks.splice(at, 1)),
  (text, random) => onChunks(text, random, (chunks, at) => chunks.splice(at, 0, chunks[at]!)),
  (text, random) =>
    onChunks(text, random, (chunks, at) => chunks.splice(random(chunks.length), 0, ...chunks.splice(at, 1))),
  // A name changes in one place or everywhere, into a new one or another of the file.
  (text, random) => renamed(text, random, true, "renamed"),
  (text, random) => renamed(text, random, false, "renamed"),
  (text, random) => renamed(text, random, false, undefined),
  (text, random) => {
    const numbers = [...text.matchAll(/\b\d+\b/g)];
    if (numbers.length === 0) return text;
    const { index, 0: number } = pick(random, numbers);
    return text.slice(0, index) + String(random(12)) + text.slice(index + number.length);
  },
  (text, random) => text.replaceAll(pick(random, [/\bstatic /g, /\b__noinline /g, /\bconst /g, / __kptr/g]), ""),
  (text, random) => insertedAt(text, random(text.length + 1), pick(random, scraps)),
  (text, random) => {
    const at = random(text.length);
    return text.slice(0, at) + text.slice(at + 1 + random(30));
  },
];

/** Seeds from 169 on have found something once. */
it.each([1, 2, 169, 180, 186, 193])("random edits of a file and its header, seed %i", async (seed) => {
  await editAtRandom({ main, header }, randomNumbers(seed), 40);
});

it.each(samplePrograms.filter((_sample, index) => index % 4 === 0).map(({ name, text }) => [name, text] as const))(
  "random edits of %s",
  async (_name, text) => {
    await editAtRandom({ main: text, header: "" }, randomNumbers(text.length), 15);
  },
);

/** Each breaks, changes or removes something that others depend on without calling it. */
const pointed: Readonly<Record<string, readonly [RegExp, string]>> = {
  "a callback that is no function any more": [/static int forget_all\(u32 index, void \*context\)/, "$&)"],
  "a callback of another name": [/static int forget_all\(/, "static int forgets_all("],
  "a callback that is gone": [/static int expired[\s\S]*?\n}\n/, ""],
  "the struct that a function defines": [
    /struct answer \{ struct task_struct \*task; }/,
    "struct answer { int task; }",
  ],
  "a macro": [/#define BAIL_OUT\(ret\)/, "$& bpf_task_release(task);"],
  "a map": [/max_entries, FEW/, "max_entries, 0"],
  "the license": [/= "GPL"/, '= "Proprietary"'],
  "a kernel function that is not declared any more": [/#include "shared.h"/, ""],
  "a constant": [/int tries = 3/, "int tries = 0"],
  "a function that becomes static": [/__noinline int global_two/, "static int global_two"],
  "a function that becomes a declaration": [/(static int forget\([^)]*\))[\s\S]*?\n}\n/, "$1;\n"],
  "a macro in place of a function": [/#include "shared.h"/, "$&\n#define forget(task, how) 0"],
  "a limit that is met": [
    /BAIL_OUT\(2\);/,
    "global_two(forget(task, global_two(3)));\n\twhile (seen--) task = HOLD(seen);",
  ],
};

it.each(Object.entries(pointed))("there and back: %s", async (_name, [what, into]) => {
  const texts = { main, header };
  const checker = await checkerOf(texts);
  const changed = main.replace(what, into);
  expect(changed).not.toBe(main);
  for (const text of [main, changed, main, changed.replace("int tries = 3", "int tries = 4"), main]) {
    texts.main = text;
    await expectFresh(checker, texts, text === main ? "before" : "after");
  }
});

async function expectFresh(checker: Checker, texts: Edited, when: string): Promise<void> {
  const lasting = shown(checker.check({ path, text: texts.main, config }));
  const fresh = shown((await checkerOf(texts)).check({ path, text: texts.main, config }));
  expect(lasting, when).toEqual(fresh);
}

async function editAtRandom(original: Edited, random: Random, rounds: number): Promise<void> {
  const texts = { ...original };
  const checker = await checkerOf(texts);
  const before: Edited[] = [];
  let checked = texts.header;
  for (let round = 0; round < rounds; round++) {
    if (before.length > 0 && random(5) === 0) {
      // Undo, sometimes all the way.
      Object.assign(texts, random(3) === 0 ? original : before.pop());
    } else {
      before.push({ ...texts });
      for (let more = random(3); more >= 0; more--) {
        const which = texts.header !== "" && random(4) === 0 ? "header" : "main";
        texts[which] = pick(random, edits)(texts[which], random);
      }
      // Broken text must not hide for long what is to be tested.
      if (random(6) === 0) Object.assign(texts, original);
    }
    checker.invalidate(path);
    if (texts.header !== checked) checker.invalidate(headerPath);
    checked = texts.header;
    await expectFresh(checker, texts, `round ${round}`);
  }
}

function checkerOf(texts: Edited): Promise<Checker> {
  return createChecker({
    kernels,
    reader: { read: (asked) => (asked === headerPath && texts.header !== "" ? texts.header : undefined) },
  });
}

/** All of an answer but how much work it was. */
function shown({ path: file, programs, diagnostics, stats, files, missing }: FileCheck): unknown {
  const { steps: _steps, ...counted } = stats;
  return {
    file,
    programs: programs.map((program) => ({ ...program, span: placeOf(program.span) })),
    diagnostics: diagnostics.map((diagnostic) => ({
      ...diagnostic,
      span: placeOf(diagnostic.span),
      related: diagnostic.related.map(({ span, message }) => [placeOf(span), message]),
      fix:
        diagnostic.fix?.kind === "insert-null-check"
          ? { ...diagnostic.fix, statement: placeOf(diagnostic.fix.statement) }
          : diagnostic.fix && { ...diagnostic.fix, at: placeOf(diagnostic.fix.at) },
    })),
    counted,
    files,
    missing,
  };
}

function placeOf({ file, start, end }: SourceSpan): string {
  return `${file.path} ${start}-${end} ${file.text.slice(start, Math.min(end, start + 40))}`;
}

function insertedAt(text: string, at: number, what: string): string {
  return text.slice(0, at) + what + text.slice(at);
}

function onLines(text: string, random: Random, change: (lines: string[], at: number) => unknown): string {
  const lines = text.split("\n");
  change(lines, random(lines.length));
  return lines.join("\n");
}

function onChunks(text: string, random: Random, change: (chunks: string[], at: number) => unknown): string {
  const chunks = text.split(/\n\n(?=\S)/);
  change(chunks, random(chunks.length));
  return chunks.join("\n\n");
}

function afterLine(text: string, random: Random, fits: RegExp, what: string): string {
  const lines = text.split("\n");
  const places = lines.flatMap((line, index) => (fits.test(line) ? [index + 1] : []));
  if (places.length === 0) return text;
  lines.splice(pick(random, places), 0, what);
  return lines.join("\n");
}

function renamed(text: string, random: Random, everywhere: boolean, to: string | undefined): string {
  const words = text.match(/\b[a-z_]\w{3,}\b/g) ?? ["none"];
  const word = pick(random, words);
  const other = to ?? pick(random, words);
  if (everywhere) return text.replaceAll(new RegExp(`\\b${word}\\b`, "g"), other);
  const places = [...text.matchAll(new RegExp(`\\b${word}\\b`, "g"))];
  if (places.length === 0) return text;
  const { index } = pick(random, places);
  return text.slice(0, index) + other + text.slice(index + word.length);
}
