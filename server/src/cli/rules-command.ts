// `kfunc-ls rules`: what can be found, for people and for programs.
import { colorsFor, severityColor } from "./colors.ts";
import { exitCodes } from "./exit-codes.ts";
import type { CliHost } from "./host.ts";

export interface RulesOptions {
  readonly format: "text" | "json";
  readonly color?: boolean;
}

export async function rulesCommand(options: RulesOptions, host: CliHost): Promise<number> {
  const { rules } = await host.core();
  if (options.format === "json") {
    const list = rules.map(({ code, title, severity, category, verifier }) => ({
      code,
      title,
      severity,
      category,
      verifier: [...verifier],
    }));
    host.stdout.write(`${JSON.stringify(list, undefined, 2)}\n`);
    return exitCodes.clean;
  }
  const colors = colorsFor(options.color, host);
  const width = Math.max(0, ...rules.map((rule) => rule.code.length));
  for (const rule of rules) {
    const severity = severityColor(colors, rule.severity)(rule.severity.padEnd(7));
    const code = colors.bold(rule.code.padEnd(width));
    host.stdout.write(`${code}  ${severity}  ${rule.title} ${colors.dim(`(${rule.category})`)}\n`);
  }
  return exitCodes.clean;
}
