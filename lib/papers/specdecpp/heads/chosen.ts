/**
 * Settings chosen on the dev texts, at any latency ratio: measured rates do not depend on it, the best setting
 * does.
 *
 * @module
 */
import { type Rates, timePerToken } from "offprint/decoding/policies/mod.ts";
import { bestOnDev } from "./measured_policies.ts";
import { CONSTANT_FAMILY } from "./measured_policies.ts";
import { headFamily } from "./families.ts";
import type { HeadsResults } from "./results.ts";

/** A setting with its rates on both halves of the held-out texts. */
export type MeasuredRates = HeadsResults["settings"][number];

/** The best constant, and the best threshold of the best committed head, on the dev texts. */
export function chosenSettings(
  { settings, recipe }: Pick<HeadsResults, "settings" | "recipe">,
  ratio: number,
): { constant: MeasuredRates; head: MeasuredRates } {
  const heads = recipe.rejectionWeights.map(headFamily);
  return {
    constant: bestOnDev(settings.filter(({ family }) => family === CONSTANT_FAMILY), ratio),
    head: bestOnDev(settings.filter(({ family }) => heads.includes(family)), ratio),
  };
}

/** Speed-up over the target alone when one verification takes `ratio` draft passes. */
export function speedupAt(rates: Rates, ratio: number): number {
  return ratio / timePerToken({ draft: 1, target: ratio }, rates);
}
