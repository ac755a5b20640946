/**
 * One unit of the benchmark: what is asked, what the diagram shows, a right answer and a bench.
 *
 * @module
 */
import type { Fsm, Graph } from "offprint/verilog/diagrams/mod.ts";
import type { Bench } from "offprint/verilog/simulate/mod.ts";
import type { Clocking } from "./model.ts";

/** The paper's three levels of design. */
export type UnitLevel = "arithmetic" | "logic" | "advanced";

/** The paper's three levels of prompt. */
export type PromptLevel = "simple" | "medium" | "complex";

/** Both lists, in the paper's order. */
export const UNIT_LEVELS: readonly UnitLevel[] = ["arithmetic", "logic", "advanced"];
export const PROMPT_LEVELS: readonly PromptLevel[] = ["simple", "medium", "complex"];

/** What can be drawn: the wiring of blocks, every cell, a state machine, signals over time, a table of values. */
export const PICTURE_KINDS = ["block", "schematic", "fsm", "wave", "table"] as const;

/** One of them. */
export type PictureKind = typeof PICTURE_KINDS[number];

/** A prompt in both wordings; they differ in the sentences about the picture alone. */
export interface UnitPrompt {
  /** For an answer from words alone. */
  text: string;
  /** For an answer from words and picture. */
  withPicture: string;
}

/** A design problem with its diagram. */
export interface Unit {
  /** The paper's name of the design. */
  name: string;
  level: UnitLevel;
  /** The module that is asked for and tested. */
  top: string;
  prompts: Record<PromptLevel, UnitPrompt>;
  /** What each block of the diagram does, in a sentence, by module. */
  functions: Record<string, string>;
  /** The beginning of the module, through the `;` of its port list. */
  header: string;
  /** A right answer, all modules of it. */
  reference: string;
  /** Clock and reset; absent for a circuit without state. */
  clocking?: Clocking;
  /** Counted comparisons. It tells in which clock an output must stand: an answer with other latency fails. */
  bench: Bench;
  /** What is drawn of it, the first being the one that a prompt shows. */
  pictures: PictureKind[];
  /** The wiring that the block diagram or schematic shows. */
  graph?: Graph;
  /** The machine that the state diagram shows. */
  fsm?: Fsm;
}
