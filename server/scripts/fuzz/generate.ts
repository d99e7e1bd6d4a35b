// Makes plausible correct programs: resources are acquired, tested, used and given back on
// every way out, in the styles people write. What is open at a place is kept on a stack, so
// that an early exit can end it. Mutations turn these programs wrong afterwards.
import type { Random } from "./random.ts";
import { type Region, type Resource, regions, resources, sections } from "./resources.ts";
import type { About, Program, Role, Section, Statement } from "./tree.ts";

/** Something that must end before the program leaves. */
interface Obligation {
  readonly undo: readonly Statement[];
  readonly about?: About;
  readonly noCalls: boolean;
  readonly label: string;
  readonly parent: Obligation | undefined;
  /** Usable without another test. */
  readonly sure: boolean;
  /** Loop nesting where it began. */
  readonly loop: number;
}

const deepest = 4;

export function generate(name: string, kernel: string, random: Random): Program {
  return new Generator(name, kernel, random).program();
}

class Generator {
  readonly #name: string;
  readonly #random: Random;
  readonly #section: Section;
  readonly #regions: readonly Region[];
  readonly #resources: readonly Resource[];
  readonly #declarations = new Set<string>();
  readonly #open: Obligation[] = [];
  /** Obligations whose label some goto names. */
  readonly #jumpedTo = new Set<Obligation>();
  readonly #gotos: boolean;
  #numbers = 0;
  #loops = 0;
  /** Statements left to spend; keeps programs readable and the verifier quick. */
  #budget: number;

  constructor(name: string, kernel: string, random: Random) {
    this.#name = name;
    this.#random = random;
    this.#section = random.pick(sections);
    this.#gotos = random.chance(35);
    this.#budget = 6 + random.below(10);
    const { tracing, arguments: given } = this.#section;
    this.#regions = regions.filter((r) => !(r.notTracing && tracing) && (r.since === undefined || kernel !== "6.12"));
    this.#resources = resources.filter(
      (r) =>
        !(r.notTracing && tracing) &&
        !(r.notNetwork && given.skb !== undefined) &&
        r.acquire.some((a) => a.needs === undefined || given[a.needs] !== undefined),
    );
  }

  program(): Program {
    const body = [...this.#opening(), line("plain", "return 0;"), ...this.#tails()];
    return {
      name: this.#name,
      section: this.#section,
      helpers: [],
      declarations: [...this.#declarations],
      body,
    };
  }

  /** Every program has at least one resource or region to get wrong. */
  #opening(): Statement[] {
    return [...this.#block(0), ...this.#resource(0), ...this.#block(0)];
  }

  #block(depth: number): Statement[] {
    const statements: Statement[] = [];
    for (let n = 1 + this.#random.below(3); n > 0 && this.#budget > 0; n--) {
      this.#budget--;
      statements.push(...this.#item(depth));
    }
    return statements;
  }

  #item(depth: number): Statement[] {
    const { noCalls } = this.#inside();
    const roll = this.#random.below(100);
    if (roll < 18) return [this.#plain()];
    if (roll < 38) return this.#use();
    if (roll < 50) return [this.#earlyExit()];
    if (depth >= deepest || noCalls) return [this.#plain()];
    if (roll < 68) return this.#resource(depth);
    if (roll < 80) return this.#region(depth);
    if (roll < 86) return [this.#branch(depth)];
    if (roll < 91) return [this.#loop(depth)];
    if (roll < 97) return this.#iterator(depth);
    return this.#exchange();
  }

  #inside(): { readonly noCalls: boolean } {
    return { noCalls: this.#open.some((obligation) => obligation.noCalls) };
  }

  #plain(): Statement {
    return line("plain", this.#random.pick(["sum += 3;", "count++;", "sum ^= limit;", "limit = count;"]));
  }

  #condition(): string {
    const simple = ["wanted", "again", "sum > limit", "count & 1", "!wanted"];
    return this.#inside().noCalls || this.#random.chance(70)
      ? this.#random.pick(simple)
      : `(bpf_get_prandom_u32() & ${1 + this.#random.below(7)}) == 0`;
  }

  #use(): Statement[] {
    const { noCalls } = this.#inside();
    const alive = this.#open.filter((o) => o.about !== undefined);
    if (alive.length === 0) return [this.#plain()];
    const { about, sure } = this.#random.pick(alive);
    const uses = about!.uses.filter((use) => !noCalls || !use.includes("("));
    if (uses.length === 0) return [this.#plain()];
    const use = line("use", this.#random.pick(uses), about);
    return sure ? [use] : [branch("null-check", about!.variable, [use], about)];
  }

  #earlyExit(): Statement {
    const inLoop = this.#random.chance(30) ? this.#leaveLoop() : undefined;
    return branch("exit", this.#condition(), inLoop ?? this.#exit());
  }

  /** Ends what is open, and the program; or jumps to where that is done. */
  #exit(): Statement[] {
    const innermost = this.#open.at(-1);
    if (innermost === undefined || !this.#gotos) {
      const undo = [...this.#open].reverse().flatMap((obligation) => obligation.undo);
      return [...undo, line("exit", "return 0;")];
    }
    for (let o: Obligation | undefined = innermost; o !== undefined; o = o.parent) this.#jumpedTo.add(o);
    return [line("exit", `goto ${innermost.label};`)];
  }

  #leaveLoop(): Statement[] | undefined {
    if (this.#loops === 0) return undefined;
    const own = this.#open.filter((obligation) => obligation.loop === this.#loops);
    const undo = own.reverse().flatMap((obligation) => obligation.undo);
    return [...undo, line("exit", this.#random.pick(["break;", "continue;"]))];
  }

  /** Where gotos lead: each label ends one obligation and goes on to the one around it. */
  #tails(): Statement[] {
    return [...this.#jumpedTo].flatMap((obligation) => [
      { kind: "label", name: obligation.label } as const,
      ...obligation.undo,
      line("exit", obligation.parent === undefined ? "return 0;" : `goto ${obligation.parent.label};`),
    ]);
  }

  /** Runs `inner` while the obligation is open. */
  #while(
    what: { undo: readonly Statement[]; about?: About; noCalls?: boolean; sure?: boolean },
    inner: () => Statement[],
  ): Statement[] {
    const parent = this.#open.at(-1);
    this.#open.push({
      undo: what.undo,
      ...(what.about === undefined ? {} : { about: what.about }),
      noCalls: what.noCalls ?? false,
      sure: what.sure ?? true,
      label: `undo_${++this.#numbers}`,
      parent,
      loop: this.#loops,
    });
    const statements = inner();
    this.#open.pop();
    return statements;
  }

  #resource(depth: number): Statement[] {
    const resource = this.#random.pick(this.#resources);
    const given = this.#section.arguments;
    const acquires = resource.acquire.filter((a) => a.needs === undefined || given[a.needs] !== undefined);
    const v = `v${++this.#numbers}`;
    const fill = (text: string) => text.replaceAll("$v", v);
    this.#declare(fill(resource.declare), ...(resource.also ?? []));
    const acquire = fill(this.#random.pick(acquires).text);
    // A second name for the same pointer: what is learned of one holds for both.
    const hasAlias = !resource.releaseAlways && this.#random.chance(25);
    const shown = hasAlias ? `${v}_alias` : v;
    const fillShown = (text: string) => text.replaceAll("$v", shown);
    if (hasAlias) this.#declare(fillShown(resource.declare));
    const alias = hasAlias ? [line("plain", `${shown} = ${v};`)] : [];
    const release = fillShown(this.#random.pick(resource.release));
    const about: About = {
      variable: v,
      uses: resource.uses.map(fillShown),
      release,
      ...(resource.releaseAlways ? {} : { again: `${v} = ${fill(this.#random.pick(acquires).text)};` }),
    };
    const end = line("release", release, about);
    if (resource.releaseAlways) return this.#alwaysReleased(acquire, end, about, depth);
    const take = line("acquire", `${v} = ${acquire};`, about);
    const inner = () => this.#block(depth + 1);
    switch (this.#random.below(4)) {
      case 0: {
        const held = this.#while({ undo: [end], about }, inner);
        return [take, ...alias, branch("null-check", v, [...held, end], about)];
      }
      case 1: {
        const maybe = branch("release", v, [end], about);
        return [take, ...alias, ...this.#while({ undo: [maybe], about, sure: false }, inner), maybe];
      }
      case 2: {
        const condition = this.#condition();
        const flag = this.#random.chance(40) ? `${v}_wanted` : undefined;
        if (flag !== undefined) this.#declare(`bool ${flag};`);
        const maybe = branch("release", flag === undefined ? v : `${flag} && ${v}`, [end], about);
        const start = [
          line("plain", `${v} = NULL;`),
          ...(flag === undefined ? [] : [line("plain", `${flag} = ${condition};`)]),
          branch("plain", flag ?? condition, [take]),
          ...alias,
        ];
        return [...start, ...this.#while({ undo: [maybe], about, sure: false }, inner), maybe];
      }
      default: {
        const bail = branch("null-check", `!${v}`, this.#exit(), about);
        return [take, ...alias, bail, ...this.#while({ undo: [end], about }, inner), end];
      }
    }
  }

  #alwaysReleased(acquired: string, end: Statement, about: About, depth: number): Statement[] {
    return this.#while({ undo: [end], about: { ...about, uses: [] } }, () => {
      const uses = about.uses.map((use) => line("use", use, about));
      const inner = this.#random.chance(50) ? this.#block(depth + 1) : [];
      return [branch("null-check", acquired, uses.slice(0, 1 + this.#random.below(2)), about), ...inner, end];
    });
  }

  #region(depth: number): Statement[] {
    const open = new Set(this.#open.flatMap((o) => o.undo.map((s) => (s.kind === "line" ? s.text : ""))));
    // A lock is taken once.
    const possible = this.#regions.filter((region) => !(region.noCalls && open.has(region.end)));
    const region = this.#random.pick(possible);
    const v = `v${++this.#numbers}`;
    const fill = (text: string) => text.replaceAll("$v", v);
    if (region.declare !== undefined) this.#declare(fill(region.declare));
    const end = line("region-end", fill(region.end));
    const inside = { undo: [end], noCalls: region.noCalls ?? false };
    const inner = () => this.#while(inside, () => this.#block(depth + 1));
    if (!region.mayFail) return [line("region-begin", fill(region.begin)), ...inner(), end];
    if (this.#random.chance(50)) {
      return [branch("region-begin", fill(region.begin), this.#exit()), ...inner(), end];
    }
    return [branch("region-begin", `!${fill(region.begin)}`, [...inner(), end])];
  }

  #branch(depth: number): Statement {
    const condition = this.#condition();
    const body = this.#block(depth + 1);
    const otherwise = this.#random.chance(40) ? this.#block(depth + 1) : undefined;
    return otherwise === undefined || otherwise.length === 0
      ? branch("plain", condition, body)
      : { kind: "if", role: "plain", condition, body, otherwise };
  }

  #loop(depth: number): Statement {
    const i = `i${++this.#numbers}`;
    this.#declare(`int ${i};`);
    const times = 2 + this.#random.below(6);
    const head = this.#random.pick([`for (${i} = 0; ${i} < ${times}; ${i}++)`, `bpf_for(${i}, 0, ${times})`]);
    this.#loops++;
    const body = this.#block(depth + 1);
    this.#loops--;
    return { kind: "loop", head, body: body.length === 0 ? [this.#plain()] : body };
  }

  #iterator(depth: number): Statement[] {
    const v = `v${++this.#numbers}`;
    this.#declare(`struct bpf_iter_num ${v};`, `int *${v}_next;`);
    const end = line("iterator-destroy", `bpf_iter_num_destroy(&${v});`);
    const start = line("plain", `bpf_iter_num_new(&${v}, 0, ${3 + this.#random.below(9)});`);
    const walk = this.#while({ undo: [end] }, () => {
      this.#loops++;
      const body = this.#random.chance(60) ? this.#block(depth + 1) : [];
      this.#loops--;
      const head = `while ((${v}_next = bpf_iter_num_next(&${v})))`;
      return [{ kind: "loop", head, body: [line("use", `sum += *${v}_next;`), ...body] }];
    });
    return [start, ...walk, end];
  }

  #exchange(): Statement[] {
    const n = ++this.#numbers;
    const [slot, value, old] = [`s${n}`, `v${n}`, `old${n}`];
    this.#declare(`struct task_slot *${slot};`, `struct task_struct *${value}, *${old};`, "u32 key = 0;");
    const about = (variable: string): About => ({
      variable,
      uses: [`sum += ${variable}->pid;`],
      release: `bpf_task_release(${variable});`,
    });
    const released = branch("release", old, [line("release", `bpf_task_release(${old});`, about(old))], about(old));
    const given = [line("plain", `${old} = bpf_kptr_xchg(&${slot}->task, ${value});`), released];
    const taken = line("acquire", `${value} = bpf_task_from_pid(watched);`, about(value));
    return [
      line("plain", `${slot} = bpf_map_lookup_elem(&slots, &key);`),
      branch("null-check", slot, [taken, branch("null-check", value, given, about(value))]),
    ];
  }

  #declare(...lines: readonly string[]): void {
    for (const text of lines) this.#declarations.add(text);
  }
}

function line(role: Role, text: string, about?: About): Statement {
  return about === undefined ? { kind: "line", role, text } : { kind: "line", role, text, about };
}

function branch(role: Role, condition: string, body: readonly Statement[], about?: About): Statement {
  return about === undefined ? { kind: "if", role, condition, body } : { kind: "if", role, condition, body, about };
}
