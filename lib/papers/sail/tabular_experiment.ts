/**
 * The exact comparison: mixtures trained by full-batch ascent in a {@linkcode tabularWorld}.
 *
 * @module
 */
import {
  ascend,
  type AscentOptions,
  implicitMargin,
  type Mixture,
  policyValue,
  policyWinRate,
  rescaledSteps,
} from "offprint/preference/sail/mod.ts";
import type { TabularWorld } from "./tabular_world.ts";

/** A method of the comparison. */
export interface TabularMethod {
  name: string;
  mixture: Mixture;
  /** Steps as a multiple of those of DPO; default by the shares, so that all pass equally often over the pairs. */
  factor?: number;
}

/** The methods of the comparison: DPO first, then DPO with as many steps as the longest of the others. */
export const TABULAR_METHODS: readonly TabularMethod[] = [
  { name: "DPO", mixture: {} },
  { name: "DPO, steps of DPR", mixture: {}, factor: 1 / 0.7 },
  { name: "DPO, steps of DDP", mixture: {}, factor: 1 / 0.6 },
  { name: "DDP(.4, 0)", mixture: { DDP: { share: 0.4, coefficient: 0 } } },
  { name: "DDP(.4, .2)", mixture: { DDP: { share: 0.4, coefficient: 0.2 } } },
  { name: "DDP(.4, 1)", mixture: { DDP: { share: 0.4, coefficient: 1 } } },
  { name: "DPP(.3, 0)", mixture: { DPP: { share: 0.3, coefficient: 0 } } },
  { name: "DPP(.3, .2)", mixture: { DPP: { share: 0.3, coefficient: 0.2 } } },
  { name: "DPR(.3, 0)", mixture: { DPR: { share: 0.3, coefficient: 0 } } },
  { name: "DPR(.3, .3)", mixture: { DPR: { share: 0.3, coefficient: 0.3 } } },
];

/** Steps of DPO in the comparison. */
export const TABULAR_STEPS = 1500;

/** What a method came to in one world. */
export interface TabularResult {
  /** `E_π[r*]`. */
  reward: number;
  /** `KL(π ‖ π₀)`, nats. */
  kl: number;
  /** `E_π[r*] − β KL`. */
  objective: number;
  /** Mean of u over held-out pairs, signed by the label. */
  margin: number;
  /** Share of held-out pairs with the label on the side of u. */
  accuracy: number;
  logProbs: Float64Array[];
}

/** Trains a method in a world. */
export function runTabular(
  world: TabularWorld,
  { mixture, factor }: Omit<TabularMethod, "name">,
  { steps = TABULAR_STEPS, ...options }: Partial<AscentOptions> = {},
): TabularResult {
  const { logProbs } = ascend(world, mixture, {
    stepSize: 0.5,
    ...options,
    steps: Math.round(factor === undefined ? rescaledSteps(steps, mixture) : factor * steps),
  });
  return tabularResult(world, logProbs);
}

/** What a policy is worth in a world. */
function tabularResult(world: TabularWorld, logProbs: Float64Array[]): TabularResult {
  const { reference, heldOut, beta } = world;
  let margin = 0;
  let right = 0;
  for (const { prompt, first, second, probability } of heldOut) {
    const u = implicitMargin({
      first: logProbs[prompt]![first]!,
      second: logProbs[prompt]![second]!,
      firstReference: reference[prompt]![first]!,
      secondReference: reference[prompt]![second]!,
    }, beta);
    const signed = probability === 1 ? u : -u;
    margin += signed / heldOut.length;
    if (signed > 0) right++;
  }
  return { ...policyValue(world, logProbs), margin, accuracy: right / heldOut.length, logProbs };
}

/** How often a response of one result beats one of another, under the true preference. */
export function tabularWinRate(
  world: TabularWorld,
  result: TabularResult,
  against: TabularResult,
): number {
  return policyWinRate(world, result.logProbs, against.logProbs);
}
