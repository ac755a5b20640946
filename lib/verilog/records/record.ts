/**
 * A training record as it is in a data set, one JSON object a line.
 *
 * @module
 */
import type { Instance } from "./completion.ts";

/**
 * The flows of paper 07, which calls them A1 (completion), A2 (prose), B (repair) and C (scripts).
 */
export const FLOWS = ["completion", "prose", "repair", "scripts"] as const;

/** One of {@linkcode FLOWS}. */
export type Flow = (typeof FLOWS)[number];

/** What a record teaches. */
export const TASKS = [
  ...["module completion", "statement completion", "token completion", "mask completion"],
  ...["prose to Verilog", "repair with report", "repair", "prose to script"],
] as const;

/** One of {@linkcode TASKS}. */
export type Task = (typeof TASKS)[number];

/** Instruction, input and output, with where they come from. */
export interface AugmentedRecord extends Instance {
  flow: Flow;
  task: Task;
  /** `main`, or `unsupported` for a description that does not say everything. */
  split: "main" | "unsupported";
  /** File (or `generated`), module, rule, class, evidence, seed, line: what the record needs to be checked. */
  origin: Record<string, string | number>;
}

/** The instruction of each task that is not completion. */
export const INSTRUCTIONS = {
  mask: "Fill in the masks of this Verilog. Answer with a JSON object from mask to text.",
  prose: "Write the Verilog module for this description.",
  report: "Correct this Verilog using the tool report.",
  repair: "Correct this Verilog.",
  script: "Write the SiliconCompiler script for this description.",
} as const;
