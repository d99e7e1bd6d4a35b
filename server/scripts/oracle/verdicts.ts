// From the loader's records to the kernel's verdicts: what was the verifier's last word, and
// where in the source was it.

export interface LoadRecord {
  readonly object: string;
  readonly program: string;
  readonly section: string;
  readonly outcome: "loaded" | "refused" | "unloadable" | "timeout" | "crash";
  readonly errno: number;
  readonly warnings: string;
  readonly log: string;
}

export interface KernelVerdict {
  readonly program: string;
  readonly section: string;
  /** "unloadable": libbpf or the kernel refused before the verifier judged. */
  readonly verdict: "accepted" | "rejected" | "unloadable";
  readonly message: string;
  /** Line of the source where the verifier stood; it is where it gave up, not where the mistake is. */
  readonly line: number | undefined;
  readonly log: string;
}

/** Lines that describe the walk; what came before them was not the last word. */
const walk =
  /^(?:\d+: (?:R\d|frame\d|\()|\d+: *$|from \d+ to \d+|mark_precise|max_states|peak_states|total_states|propagat|caller:|callee:|returning from callee|to caller|func#|Func#\d+ \(.*\) is safe|Validating |Live regs|insn ?\d*:|subprog|stack use|frame \d+ )/;
const statistics = /^(?:processed \d+ insns|verification time|stack depth|insns_processed|max_states)/;
/** `; text @ file.c:12`. */
const source = /^; .* @ [^@]+:(\d+)$/;
/** Linux 7.3 explains itself in a block of its own before the statistics. */
const explanation = /^Verification failed: /;

export function verdictOf(record: LoadRecord): KernelVerdict {
  const { program, section, log } = record;
  const common = { program, section, log };
  const { message, line } = lastWord(log);
  if (record.outcome === "loaded") return { ...common, verdict: "accepted", message: "", line: undefined };
  const verifierSpoke = record.outcome === "refused" && (message !== "" || log.includes("processed "));
  if (verifierSpoke && record.errno !== ENOSPC) return { ...common, verdict: "rejected", message, line };
  const why = record.outcome === "timeout" || record.outcome === "crash" ? record.outcome : lastReason(record.warnings);
  return { ...common, verdict: "unloadable", message: why, line: undefined };
}

const ENOSPC = 28;

function lastWord(log: string): { message: string; line: number | undefined } {
  let said: string[] = [];
  let line: number | undefined;
  for (const text of log.split("\n")) {
    const at = source.exec(text);
    if (explanation.test(text)) break;
    if (at !== null) line = Number(at[1]);
    if (at !== null || walk.test(text)) said = [];
    else if (text.trim() !== "" && !statistics.test(text)) said.push(text);
  }
  return { message: said.join("; "), line };
}

function lastReason(warnings: string): string {
  const empty = /failed to load object|failed to prepare|failed to load: -|BPF program load failed|PROG LOAD LOG/;
  const lines = warnings.trim().split("\n");
  return lines.filter((text) => !empty.test(text)).at(-1) ?? lines.at(-1) ?? "no reason given";
}
