/**
 * The budget of an iteration, which all evaluators share.
 *
 * @module
 */
import { type Budget, TOTAL_TOKENS } from "offprint/evaluators/mod.ts";
import { quantile } from "offprint/stats.ts";
import { PAPER_ROLES } from "./arms.ts";
import type { JudgedProgram } from "./opinions_study.ts";

/** Programs of the calibration half whose six roles together stay within the work budget. */
const WITHIN = 0.9;

/**
 * The paper's 3600 tokens of text, and as much work as is enough for all six roles on nine of ten programs of the
 * calibration half, rounded to two digits. Programs of the other half are passed over.
 */
export function totalBudget(programs: readonly JudgedProgram[]): Budget {
  const work = programs.filter(({ half }) => half === "calibration")
    .map(({ roles }) => PAPER_ROLES.reduce((sum, role) => sum + roles[role].work, 0))
    .sort((a, b) => a - b);
  return { tokens: TOTAL_TOKENS, work: Number(quantile(work, WITHIN).toPrecision(2)) };
}
