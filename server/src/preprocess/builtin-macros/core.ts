import type { MacroTable } from "./index.ts";

export const coreMacros: readonly MacroTable[] = [
  {
    use: "anywhere",
    text: `
SEC(name) __attribute__((section(name), used))
`,
  },
];
