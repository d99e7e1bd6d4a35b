// Where the page of a rule is: the Markdown file that ships with the server. A link into
// the installation works offline and always fits the installed version.
import { existsSync } from "node:fs";

const folders = ["../../assets/rules/", "../rules/"];
const known = new Map<string, string | undefined>();

/** Address of the rule's page, or undefined when the installation came without pages. */
export function rulePage(code: string): string | undefined {
  if (!known.has(code)) known.set(code, findPage(code));
  return known.get(code);
}

function findPage(code: string): string | undefined {
  if (!/^[a-z0-9-]+$/.test(code)) return undefined;
  return folders.map((folder) => new URL(`${folder}${code}.md`, import.meta.url)).find((page) => existsSync(page))
    ?.href;
}
