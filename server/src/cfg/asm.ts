// Inline assembly. What it does is not read; what it may touch is.
import type { Statement } from "../syntax/ast.ts";
import type { Builder } from "./builder.ts";
import { lowerValue } from "./expressions.ts";
import type { Place } from "./ir.ts";
import { blockToLabel } from "./jumps.ts";
import { lowerPlace } from "./places.ts";

export function lowerAsm(builder: Builder, statement: Extract<Statement, { kind: "asm" }>): void {
  const { draft } = builder;
  const { at, template } = statement;
  const inputs = statement.inputs.map(({ value }) => lowerValue(builder, value));
  const outputs: Place[] = statement.outputs.map(({ place }) => lowerPlace(builder, place));
  const clobbersMemory = statement.clobbers.includes("memory");
  // An empty template only keeps the compiler from moving code; without "memory" it means nothing here.
  if (template.trim() !== "" || clobbersMemory) {
    draft.emit({ kind: "asm", template, outputs, inputs, clobbersMemory, at });
  }
  if (statement.labels.length === 0) return;
  const next = draft.block(at);
  const targets = statement.labels.map((label) => blockToLabel(builder, label, at).id);
  draft.close({ kind: "any", targets: [next.id, ...targets], at });
  draft.resume(next);
}
