/**
 * The committed model asked again: about designs whose answers are known, and about fresh ones.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { stream } from "offprint/random.ts";
import { mean } from "offprint/stats.ts";
import { askStudyModel, heldOutDesigns } from "./asking.ts";
import { MACHINE_SIZES } from "./machines.ts";
import {
  ceilingOf,
  drawDesign,
  STUDY_ARMS,
  type StudyArmName,
  type StudyDesign,
} from "./prompts.ts";
import { STUDY_SEEDS, type StudyResults } from "./results.ts";
import { WIRING_SIZES } from "./wirings.ts";

/** How the committed model's answers compare with the committed grades. */
export interface AskedAgain {
  asked: number;
  /** Answers that are graded otherwise than in the results. */
  different: number;
  /** pass@1 of these designs, now. */
  pass: number;
}

/** Asks the model of the first seed again about some of the held-out designs, spread over all sizes. */
export async function askAgain(
  model: LanguageModel,
  results: StudyResults,
  { arm, designs: count = 40 }: { arm: StudyArmName; designs?: number },
): Promise<AskedAgain> {
  const all = heldOutDesigns();
  const places = Array.from({ length: count }, (_, i) => Math.floor(i * all.length / count));
  const run = results.runs.find(({ seed }) => seed === STUDY_SEEDS[0]);
  const kept = run?.arms.find((each) => each.arm === arm);
  if (kept === undefined) throw new RangeError(`askAgain: no results of arm ${arm}`);
  const asked = await askStudyModel(model, places.map((i) => all[i]!), STUDY_ARMS[arm]);
  const passed = asked.map(({ grade }) => grade.pass);
  return {
    asked: count,
    different: passed.filter((pass, k) => pass !== (kept.pass[places[k]!] === "1")).length,
    pass: mean(passed.map(Number)),
  };
}

/** What a reader varies. */
export interface StudyExperiment {
  kind: StudyDesign["kind"];
  /** States of each machine, or blocks of each wiring. */
  size: number;
  arm: StudyArmName;
  /** How many designs are drawn. */
  designs: number;
  seed: number;
}

/** What came out. */
export interface StudyOutcome {
  pass: number;
  /** The most that an answer from the same words can reach on average. */
  ceiling: number;
  /** Mean share of right transitions of machines, or F1 of the wires. */
  parts: number;
}

/**
 * Draws fresh designs of one size and asks the model about them in one arm; 40 designs take about a second.
 *
 * @throws {UserError} for a size that the model has not learned.
 */
export async function studyExperiment(
  model: LanguageModel,
  { kind, size, arm, designs: count, seed }: StudyExperiment,
): Promise<StudyOutcome> {
  const { least, most } = kind === "machine" ? MACHINE_SIZES : WIRING_SIZES;
  if (!Number.isInteger(size) || size < least || size > most) {
    throw new UserError({
      what: kind === "machine" ? "states" : "blocks",
      got: size,
      expected: `a whole number from ${least} to ${most}`,
    });
  }
  const designs = Array.from(
    { length: count },
    (_, i) => drawDesign(stream(seed, "study experiment", i), kind, size),
  );
  const asked = await askStudyModel(model, designs, STUDY_ARMS[arm]);
  return {
    pass: mean(asked.map(({ grade }) => Number(grade.pass))),
    ceiling: mean(designs.map((design) => ceilingOf(design, STUDY_ARMS[arm]))),
    parts: mean(asked.map(({ grade }) => grade.transitions ?? grade.edges!)),
  };
}
