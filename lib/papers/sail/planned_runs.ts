/**
 * Which runs of the list task are made, the most important ones first: a plan that is stopped early still answers
 * the claims.
 *
 * @module
 */
import { LIST_ARMS } from "./list_arms.ts";

/** Seeds of the comparison. Seed 0 was used to try the code out and is not among them. */
export const LIST_SEEDS = [1, 2, 3] as const;

/** A run of an arm from the setup of a seed. */
export interface PlannedRun {
  arm: string;
  seed: number;
}

/** Arms that are run with one seed: studies beside the claims. */
const STUDIES = ["age", "hard labels", "optimism"];

/** All runs in the order in which they are made. */
export function plannedListRuns(): PlannedRun[] {
  const study = (arm: string): boolean => STUDIES.some((word) => arm.includes(word));
  return LIST_ARMS.flatMap((arm) =>
    (study(arm) ? LIST_SEEDS.slice(0, 1) : LIST_SEEDS).map((seed) => ({ arm, seed }))
  );
}
