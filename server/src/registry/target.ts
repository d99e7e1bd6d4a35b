import type { KernelFacts } from "./facts.ts";

/** A kernel under the name that findings show: "7.2" where it is built in, else what the user called it. */
export interface Target {
  readonly name: string;
  readonly facts: KernelFacts;
}
