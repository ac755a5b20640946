/**
 * Experiments of paper 10 that a sweep can run: in a cell of the notebook, and by `deno task sweep 10`.
 *
 * @module
 */
import { costsOf, extraCost } from "offprint/decoding/policies/mod.ts";
import { solveIndependent } from "./equal_acceptance.ts";
import { thresholdRates } from "./known_acceptance.ts";

/** Thresholds that are tried. */
const THRESHOLDS: readonly number[] = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);

/** Two kinds of candidates, of different spread, at a latency ratio. */
export interface ThresholdGain {
  /** Distance of the rarer kind's acceptance from the mean, 0.8. @unit probability */
  spread?: number;
  /** Latency of one verification. @unit draft passes */
  ratio?: number;
}

/**
 * What the best threshold gains over the best constant, exactly, with a head that knows the truth and the official lag. Two
 * thirds of the candidates lie above a mean acceptance of 0.8, one third lies twice as far below.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { thresholdGain } from "offprint/papers/specdecpp/experiments.ts";
 *
 * assertEquals(thresholdGain({ spread: 0.4, ratio: 4.5 }).gain > 0, true);
 * ```
 */
export function thresholdGain(
  { spread = 0.3, ratio = 4.5 }: ThresholdGain,
): { "best K": number; "best h": number; gain: number } {
  const kinds = [
    { acceptance: 0.8 + spread / 2, share: 2 / 3 },
    { acceptance: 0.8 - spread, share: 1 / 3 },
  ];
  const costs = costsOf({ draft: 1, target: ratio });
  const constant = solveIndependent(costs, 0.8);
  const byThreshold = THRESHOLDS.map((threshold) => ({
    threshold,
    cost: extraCost(costs, thresholdRates(kinds, { threshold, min: 1 })),
  }));
  const best = byThreshold.reduce((a, b) => b.cost < a.cost ? b : a);
  const gain = (1 + constant.cost) / (1 + best.cost) - 1;
  return { "best K": constant.candidates, "best h": best.threshold, gain };
}
