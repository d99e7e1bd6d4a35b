// Every rule has a page, and the page's programs do what the page says.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { allRules } from "../../server/src/rules/index.ts";
import { checkText } from "../support/check-text.ts";
import { compare, expectationsIn } from "../support/expectations.ts";

const folder = new URL("../../server/src/rules/", import.meta.url);

function page(code: string): string {
  return readFileSync(new URL(`${code}.md`, folder), "utf8");
}

function programs(markdown: string): string[] {
  return [...markdown.matchAll(/```c\n([\s\S]*?)```/g)].map((match) => match[1]!);
}

describe("rule pages", () => {
  it("exist for every rule, and for nothing else", () => {
    const pages = readdirSync(folder).filter((name) => name.endsWith(".md"));
    expect(pages.sort()).toEqual(allRules.map((rule) => `${rule.code}.md`).sort());
  });

  for (const rule of allRules) {
    describe(rule.code, () => {
      it("opens with the rule's code, title, severity and category", () => {
        expect(page(rule.code)).toMatch(new RegExp(`^# ${rule.code}\n\n\\*\\*`));
        expect(page(rule.code)).toContain(`**${rule.title}** · ${rule.severity} · ${rule.category}`);
      });

      it("shows a program with the finding and one without", () => {
        const examples = programs(page(rule.code));
        expect(examples.some((text) => expectationsIn(text).some((e) => e.code === rule.code))).toBe(true);
        expect(examples.some((text) => expectationsIn(text).length === 0)).toBe(true);
      });

      programs(page(rule.code)).forEach((text, index) => {
        it(`example ${index + 1} gives exactly the findings it is marked with`, async () => {
          const result = await checkText(text);
          expect(result.programs.filter((p) => !p.analyzed)).toEqual([]);
          expect(compare(text, result)).toEqual({ missing: [], unexpected: [], betterNow: [] });
        });
      });

      it("has message patterns that are valid regular expressions", () => {
        for (const pattern of rule.verifier) expect(() => new RegExp(pattern)).not.toThrow();
      });
    });
  }
});
