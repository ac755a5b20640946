/**
 * The numbers that all arms share. The corpus recipes in `data/corpora/verilog-*.json` repeat the first
 * three, and a test holds them together.
 *
 * @module
 */
import type { SplitOptions } from "./held_out.ts";
import type { ProblemCounts } from "./held_out_problems.ts";

/** The split that the committed arms are trained and asked on. */
export const ARM_SPLIT: SplitOptions = { seed: 7, designs: 4000, longest: 1000 };

/** Problems of each kind. */
export const HELD_OUT_COUNTS: ProblemCounts = { parameters: 40, families: 20, repairs: 40 };
