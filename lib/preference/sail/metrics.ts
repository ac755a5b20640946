/**
 * The offline and the online part of a training apart, from its records, and a warning that the margin alone does
 * not give.
 *
 * @module
 */
import type { PairRecord } from "./record.ts";
import { recordMargin } from "./record.ts";

/** Means over some records. NaN where there are none. */
export interface PartMetrics {
  pairs: number;
  /** Mean of u, signed by the label: `(2p − 1) u`. */
  margin: number;
  /** Share of pairs with the label on the side of u; undecided pairs count one half. */
  accuracy: number;
  /** Mean length of a response, tokens. */
  length: number;
  /** Mean of log π of a response, nats. */
  logProb: number;
  /** Mean of log π − log π₀ of a response, nats: an estimate of KL where the policy drew them. */
  logRatio: number;
  /** Share of responses without an end. */
  unfinished: number;
  /** Pairs of two equal responses. */
  equal: number;
  /** Pairs left out of the gradient. */
  dropped: number;
}

/** The part whose responses come from the data set (DPO, DDP), and that whose responses the policy drew. */
export function partMetrics(
  records: readonly PairRecord[],
  { beta }: { beta: number },
): { offline: PartMetrics; online: PartMetrics } {
  const online = (record: PairRecord): boolean => record.drawnAt !== null;
  return {
    offline: metricsOf(records.filter((record) => !online(record)), beta),
    online: metricsOf(records.filter(online), beta),
  };
}

function metricsOf(records: readonly PairRecord[], beta: number): PartMetrics {
  const mean = (value: (record: PairRecord) => number): number =>
    records.reduce((sum, record) => sum + value(record), 0) / records.length;
  const half = (value: (record: PairRecord, side: 0 | 1) => number): number =>
    mean((record) => (value(record, 0) + value(record, 1)) / 2);
  const signed = (record: PairRecord): number =>
    (2 * record.labelProbability - 1) * recordMargin(record, beta);
  return {
    pairs: records.length,
    margin: mean(signed),
    accuracy: mean((record) => {
      const side = signed(record);
      return side > 0 ? 1 : side === 0 ? 0.5 : 0;
    }),
    length: half(({ responses }, side) => responses[side].length),
    logProb: half(({ logProbs }, side) => logProbs[side]),
    logRatio: half(({ logProbs, referenceLogProbs }, side) =>
      logProbs[side] - referenceLogProbs[side]
    ),
    unfinished: half(({ unfinished }, side) => unfinished[side] ? 1 : 0),
    equal: records.filter(equalResponses).length,
    dropped: records.filter(({ dropped }) => dropped !== null).length,
  };
}

/** Whether both responses are the same. */
export function equalResponses({ responses: [a, b] }: Pick<PairRecord, "responses">): boolean {
  return a.length === b.length && a.every((token, i) => token === b[i]);
}

/** A point of a curve on held-out pairs. */
export interface HeldOutPoint {
  step: number;
  margin: number;
  accuracy: number;
}

/**
 * Warns where the held-out accuracy has fallen while the margin rose: a policy that labels its own pairs then
 * grows surer of preferences that are wrong. Compares the last point with the best accuracy before it.
 *
 * @param options.fall in accuracy that is taken for noise. Default 0.02.
 * @returns one line, or undefined.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sharpeningWarning } from "offprint/preference/sail/mod.ts";
 *
 * const curve = [{ step: 0, margin: 0.1, accuracy: 0.7 }, { step: 50, margin: 0.9, accuracy: 0.6 }];
 * assertEquals(
 *   sharpeningWarning(curve),
 *   "step 50: held-out accuracy has fallen from 0.7 (step 0) to 0.6 while the margin rose from 0.1 to 0.9",
 * );
 * ```
 */
export function sharpeningWarning(
  curve: readonly HeldOutPoint[],
  { fall = 0.02 }: { fall?: number } = {},
): string | undefined {
  const last = curve.at(-1);
  if (last === undefined || curve.length < 2) return undefined;
  const best = curve.slice(0, -1).reduce((a, b) => b.accuracy > a.accuracy ? b : a);
  if (!(last.accuracy < best.accuracy - fall && last.margin > best.margin)) return undefined;
  const text = (value: number): string => String(Math.round(value * 1000) / 1000);
  return `step ${last.step}: held-out accuracy has fallen from ${
    text(best.accuracy)
  } (step ${best.step}) to ${text(last.accuracy)} while the margin rose from ${
    text(best.margin)
  } to ${text(last.margin)}`;
}
