/**
 * What the harness must know of a design to ask for it and to grade an answer.
 *
 * @module
 */
import type { Bench } from "offprint/verilog/simulate/mod.ts";

/** How much a prompt says. */
export const PROMPT_LEVELS = ["simple", "medium", "complex"] as const;

/** One of them. */
export type PromptLevel = typeof PROMPT_LEVELS[number];

/** A design as it is asked for. */
export interface AskedUnit {
  name: string;
  /** Level of the benchmark: `arithmetic`, `logic` or `advanced`. */
  level: string;
  /** What is asked, in both wordings, with the module's header; they differ in the sentences on the picture alone. */
  prompts: Readonly<Record<PromptLevel, { text: string; withPicture: string }>>;
  /** The module's first line, through the `;` of its port list. */
  header: string;
  /** A right answer, for prefixes, audits and proofs. */
  reference: string;
  bench: Bench;
  /** The reset that a proof holds at the start. */
  reset?: { port: string; active: 0 | 1 };
  /** The bench expects values at certain clock edges, so that a right design with another delay fails. */
  latencyLocked: boolean;
  /** Every connection or transition of the diagram as a sentence. */
  sentences: readonly string[];
  /** Canonical text of the diagram. */
  diagram: string;
  /** The diagram as a PNG; without it, arms that show a picture cannot be asked. */
  picture?: Uint8Array;
}
