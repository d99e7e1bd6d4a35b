// Where the page of a rule is: the Markdown file that ships with the server. A link into
// the installation works offline and always fits the installed version.
import { existsSync } from "node:fs";

const folder = new URL("../../assets/rules/", import.meta.url);
const known = new Map<string, string | undefined>();

/** Address of the rule's page, or undefined when the installation came without pages. */
export function rulePage(code: string): string | undefined {
  if (!known.has(code)) known.set(code, findPage(code));
  return known.get(code);
}

function findPage(code: string): string | undefined {
  if (!/^[a-z0-9-]+$/.test(code)) return undefined;
  const page = new URL(`${code}.md`, folder);
  return existsSync(page) ? page.href : undefined;
}
