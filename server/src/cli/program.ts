// The command line as commander understands it: commands, options, help and exit codes.
// What the commands do is in check-command.ts and rules-command.ts.
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { defaultKernel } from "../registry/load.ts";
import { type CheckOptions, checkCommand } from "./check-command.ts";
import { exitCodes } from "./exit-codes.ts";
import type { CliHost, Transport } from "./host.ts";
import {
  type KfuncDiffOptions,
  type KfuncListOptions,
  type KfuncShowOptions,
  kfuncsDiffCommand,
  kfuncsListCommand,
  kfuncsShowCommand,
} from "./kfuncs-command.ts";
import { registryScanCommand, type ScanOptions } from "./registry-command.ts";
import { type ResolveOptions, resolveCommand } from "./resolve-command.ts";
import { type RulesOptions, rulesCommand } from "./rules-command.ts";
import { listOf } from "./value-lists.ts";

/** Runs one command line (without node and script) and answers the exit code. Never throws for wrong usage. */
export async function runCli(args: readonly string[], host: CliHost): Promise<number> {
  let exitCode: number = exitCodes.clean;
  const program = describeProgram(host, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed what there is to say; --help and --version arrive here with code 0.
    return error.exitCode === 0 ? exitCodes.clean : exitCodes.usage;
  }
  return exitCode;
}

function describeProgram(host: CliHost, finish: (code: number) => void): Command {
  const program = new Command("kfunc-ls")
    .description("Finds kfunc mistakes in BPF C before the kernel's verifier does.")
    .version(host.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .option("--stdio", "serve the language server protocol on standard input and output")
    .option("--node-ipc", "serve the language server protocol over Node's IPC channel")
    .addOption(new Option("--clientProcessId <pid>", "process to outlive nobody").hideHelp())
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
    })
    .exitOverride()
    .showHelpAfterError("(see kfunc-ls --help)")
    .addHelpText("after", "\nExit status: 0 clean, 1 findings of severity error, 2 wrong usage or unreadable input.");

  program.action(async (options: { stdio?: boolean; nodeIpc?: boolean }) => {
    const transport: Transport | undefined = options.stdio ? "stdio" : options.nodeIpc ? "node-ipc" : undefined;
    if (transport === undefined) return program.help({ error: true });
    await host.startServer(transport);
  });

  program
    .command("check")
    .description("check BPF C files")
    .argument("<path...>", "files, globs, or directories (their .c files that use SEC or __ksym)")
    .option("-k, --kernel <versions>", `target kernels, as in 6.12,7.2 (default: ${defaultKernel})`, listOf, [])
    .option(
      "--btf <files>",
      "a kernel by its BTF or image, then its modules, as in vmlinux,nf_conntrack.ko",
      btfGroup,
      [],
    )
    .option("--kernel-source <dir>", "a kernel by its source tree; may be repeated", keepAll, [])
    .option("--registry <file>", "a kernel by what `registry scan` wrote; may be repeated", keepAll, [])
    .addOption(new Option("--target <target>", "auto: the kernel of this machine").choices(["auto"]))
    .option("-I, --include <dir>", "directory to search for headers; may be repeated", keepAll, [])
    .option("-D, --define <name[=value]>", "predefine a macro; may be repeated", keepAll, [])
    .addOption(new Option("--format <format>", "how to print findings").choices(["text", "json"]).default("text"))
    .option("--stats", "print what was read, analyzed and cut short")
    .option("--color", "color the output even when it is not a terminal")
    .option("--no-color", "never color the output")
    .action(async (paths: string[], options: CheckOptions) => finish(await checkCommand(paths, options, host)));

  program
    .command("rules")
    .description("list the rules")
    .addOption(new Option("--format <format>", "how to print them").choices(["text", "json"]).default("text"))
    .option("--color", "color the output even when it is not a terminal")
    .option("--no-color", "never color the output")
    .action(async (options: RulesOptions) => finish(await rulesCommand(options, host)));

  program
    .command("resolve")
    .description("resolve the kernel functions of a compiled BPF object by name, as a loader does")
    .argument("<object>", "object compiled with clang -target bpf -g")
    .option(
      "-b, --btf <files>",
      "BTF to search: first the kernel's (vmlinux, vmlinuz, /sys/kernel/btf/vmlinux), then modules in order; may be repeated",
      listOf,
      [],
    )
    .addOption(
      new Option(
        "--loader <loader>",
        "libbpf: as libbpf 1.3 and later; prog-btf: by the kernel itself from the program's BTF, a proposal for signed loaders that no kernel has yet",
      )
        .choices(["libbpf", "prog-btf"])
        .default("libbpf"),
    )
    .addOption(new Option("--format <format>", "how to print it").choices(["text", "json"]).default("text"))
    .option("--color", "color the output even when it is not a terminal")
    .option("--no-color", "never color the output")
    .addHelpText(
      "after",
      "\nExit status: 0 all is resolved or weak, 1 something is not and the object would not load, 2 wrong usage or unreadable input.",
    )
    .action(async (object: string, options: ResolveOptions) => finish(await resolveCommand(object, options, host)));

  const kfuncs = program.command("kfuncs").description("look up kfuncs: flags, contracts, callers, history");
  const output = (command: Command): Command =>
    command
      .addOption(new Option("--format <format>", "how to print it").choices(["text", "json"]).default("text"))
      .option("--color", "color the output even when it is not a terminal")
      .option("--no-color", "never color the output");
  output(kfuncs.command("list"))
    .description("list the kfuncs of a kernel")
    .option("-k, --kernel <kernel>", "built-in kernel, or a file of `registry scan`", defaultKernel)
    .option("-t, --type <type>", "only those callable from there: xdp, iter, SCHED_CLS, Qdisc_ops.enqueue")
    .option("-f, --flag <flag>", "only those with this flag, as in KF_ACQUIRE; may be repeated", keepAll, [])
    .option("-a, --all", "those of the kernel's test modules as well")
    .action(async (options: KfuncListOptions) => finish(await kfuncsListCommand(options, host)));
  output(kfuncs.command("show"))
    .description("show all that is known of one kfunc")
    .argument("<name>", "name of the kfunc")
    .option("-k, --kernel <version>", "built-in kernel", defaultKernel)
    .action(async (name: string, options: KfuncShowOptions) => finish(await kfuncsShowCommand(name, options, host)));
  output(kfuncs.command("diff"))
    .description("show what changed between two kernels, and what to change in a program")
    .argument("<from>", "built-in kernel, or a file of `registry scan`")
    .argument("<to>", "the other")
    .option("-a, --all", "kfuncs of the kernel's test modules as well")
    .action(async (from: string, to: string, options: KfuncDiffOptions) =>
      finish(await kfuncsDiffCommand(from, to, options, host)),
    );

  const registry = program.command("registry").description("make registries of kfuncs from sources");
  registry
    .command("scan")
    .description("read the kfuncs of a kernel tree (5.18 or later), or of modules built outside of one")
    .argument("<folder>", "top folder of the tree, or folder with module sources")
    .option("-o, --output <file>", "where to write the registry (default: standard output)")
    .option("-k, --kernel <version>", "kernel that module sources are meant for", defaultKernel)
    .action(async (folder: string, options: ScanOptions) => finish(await registryScanCommand(folder, options, host)));

  return program;
}

/** Each use names one kernel. */
function btfGroup(value: string, before: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...before, listOf(value, [])];
}

function keepAll(value: string, before: readonly string[]): readonly string[] {
  if (value === "") throw new InvalidArgumentError("It is empty.");
  return [...before, value];
}
