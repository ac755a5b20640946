/**
 * Experiments of paper 10 that a sweep can run: in a cell of the notebook, and by `deno task sweep 10`.
 *
 * @module
 */
import { costsOf, extraCost, timePerToken } from "offprint/decoding/policies/mod.ts";
import { checkNumber } from "offprint/errors.ts";
import { constantRates, solveIndependent } from "./equal_acceptance.ts";
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

/** A constant number of candidates a round. */
export interface ConstantCandidates {
  /** Candidates drafted a round. */
  K?: number;
  /** Latency of one verification. @unit draft passes */
  ratio?: number;
  /** Probability that a candidate is accepted, each by itself. @unit probability */
  acceptance?: number;
}

/**
 * What a constant number of candidates costs, exactly: calls of the target and discarded candidates per token, and the time per token
 * in draft passes.
 *
 * @throws {UserError} for numbers that make no sense.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { constantCandidates } from "offprint/papers/specdecpp/experiments.ts";
 *
 * // One candidate that is accepted with probability 0.8: 1.8 tokens a call of the target.
 * const { "target calls": calls } = constantCandidates({ K: 1, acceptance: 0.8 });
 * assertAlmostEquals(calls, 1 / 1.8, 1e-12);
 * ```
 */
export function constantCandidates(
  { K = 4, ratio = 4.5, acceptance = 0.8 }: ConstantCandidates,
): { "target calls": number; discarded: number; time: number } {
  checkNumber("ratio", ratio, { least: 0 });
  const rates = constantRates(acceptance, K);
  const time = timePerToken({ draft: 1, target: ratio }, rates);
  return { "target calls": rates.verification, discarded: rates.discard, time };
}
