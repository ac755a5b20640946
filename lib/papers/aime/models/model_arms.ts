/**
 * Who gives opinions when evaluators are a language model, and how many calls that takes.
 *
 * @module
 */
import { type Adversary, loopCalls } from "offprint/evaluators/models/mod.ts";
import { INFORMATIVE_TRIO, PAPER_ROLES, type PaperRole, QUALITY_TRIO } from "../arms.ts";

/** One way of asking a model for opinions. */
export interface ModelArm {
  name: string;
  roles: readonly PaperRole[];
  /** One prompt with all roles, instead of one for each. */
  generalist?: boolean;
  /** How often the generalist is asked. Default 1. */
  times?: number;
  adversary?: Adversary;
}

const single: ModelArm = { name: "single", roles: PAPER_ROLES, generalist: true };
const six: ModelArm = { name: "AIME-6", roles: PAPER_ROLES };

/** The arms of the paper and of its ablations, all with the same tokens together. */
export const MODEL_ARMS: readonly ModelArm[] = [
  single,
  { ...single, name: "single, 6 times", times: 6 },
  six,
  { name: "informative trio", roles: INFORMATIVE_TRIO },
  { name: "quality trio", roles: QUALITY_TRIO },
  { ...single, name: "single approves", adversary: "approves" },
  { ...six, name: "AIME-6, correctness approves", adversary: "approves" },
];

/** Calls of one opinion of an arm. */
export function callsOf({ roles, generalist = false, times = 1 }: ModelArm): number {
  return generalist ? times : roles.length;
}

/** What a study will ask for at most. */
export interface StudySize {
  problems: number;
  /** Problems whose first program the model writes, since the set has none. */
  withoutStart: number;
  /** Problems with a right program, whose evaluations say how often an arm raises a false alarm. */
  withReference: number;
  trials: number;
  iterations: number;
}

/**
 * The most calls of a study: for each problem, trial and arm (T + 1)(K + 2) in the loop, which is 11(K + 2) with ten rewrites; K for
 * the right program and two for a judge that reads the opinions of both; and one for a first program that all arms share.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { MODEL_ARMS, studyCalls } from "offprint/papers/aime/models/mod.ts";
 *
 * const size = { problems: 1, withoutStart: 0, withReference: 0, trials: 1, iterations: 10 };
 * // K = 1 and K = 6, and one judge's call for each.
 * assertEquals(studyCalls([MODEL_ARMS[0]!, MODEL_ARMS[2]!], size), 33 + 88 + 2);
 * ```
 */
export function studyCalls(
  arms: readonly ModelArm[],
  { problems, withoutStart, withReference, trials, iterations }: StudySize,
): number {
  const perArm = arms.reduce((sum, arm) => {
    const k = callsOf(arm);
    return sum + problems * (loopCalls(k, iterations) + 1) + withReference * (k + 1);
  }, 0);
  return trials * (perArm + withoutStart);
}
