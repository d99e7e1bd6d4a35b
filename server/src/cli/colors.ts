// Whether to color, and with what. NO_COLOR and FORCE_COLOR are honored; an option on
// the command line beats both.
import pc from "picocolors";
import type { Severity } from "../check/api.ts";
import type { CliHost } from "./host.ts";

export type Colors = ReturnType<typeof pc.createColors>;

export function colorsFor(choice: boolean | undefined, host: CliHost): Colors {
  return pc.createColors(choice ?? wantsColor(host));
}

function wantsColor({ environment, stdout }: CliHost): boolean {
  if (environment["NO_COLOR"]) return false;
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0";
  return stdout.isTTY === true && environment["TERM"] !== "dumb";
}

export function severityColor(colors: Colors, severity: Severity): (text: string) => string {
  if (severity === "error") return (text) => colors.bold(colors.red(text));
  if (severity === "warning") return (text) => colors.bold(colors.yellow(text));
  return (text) => colors.bold(colors.cyan(text));
}
