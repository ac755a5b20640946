/**
 * From the records of a step to weights on the log-probabilities of its responses: the part of SAIL that is
 * arithmetic alone.
 *
 * @module
 */
import { type Baseline, baselinesOf } from "./baselines.ts";
import type { ReverseKl } from "./exact.ts";
import { type GradientMode, pairTerms } from "./pair_terms.ts";
import type { PairRecord } from "./record.ts";
import type { Shares } from "./routes.ts";

/** What the weights depend on beside records and shares. */
export interface StepWeightOptions {
  beta: number;
  baseline?: Baseline;
  mode?: GradientMode;
  publishedScale?: number;
  reverseKl?: number;
  reverseKlMode?: ReverseKl;
  optimism?: number;
}

/** What a step does to its responses. */
export interface StepWeights {
  /** By pair: what ∇ log π of each response is multiplied by in the step upwards, the mean over pairs taken. */
  weights: [first: number, second: number][];
  /** −F of each pair, nats. */
  losses: Float64Array;
}

/** The weights of a step. A dropped pair has none; it still counts in the mean. */
export function stepWeights(
  records: readonly PairRecord[],
  shares: Shares,
  options: StepWeightOptions,
): StepWeights {
  const { beta, baseline = "batch", mode = "formula", publishedScale = 1 } = options;
  const { reverseKl = 0, reverseKlMode = "penalty", optimism = 0 } = options;
  const isOnline = ({ route }: PairRecord): boolean => route === "DPP" || route === "DPR";
  const terms = records.map((record) => {
    const [first, second] = record.logProbs;
    const [firstReference, secondReference] = record.referenceLogProbs;
    return pairTerms({ first, second, firstReference, secondReference }, {
      beta,
      probability: record.labelProbability,
      // Only drawn responses have a response term.
      mode: isOnline(record) ? mode : "formula",
      names: [`the first response to ${record.id}`, `the second response to ${record.id}`],
    });
  });
  const own = records.flatMap((record, i) =>
    isOnline(record) && record.dropped === null ? [i] : []
  );
  const prompts = own.map((i) => records[i]!.id);
  const values = own.map((i) => terms[i]!.value);
  const constants = baselinesOf(values, prompts, mode === "formula" ? baseline : "none");
  const ratio = (i: number, side: 0 | 1): number =>
    records[i]!.logProbs[side] - records[i]!.referenceLogProbs[side];
  const meanRatios = own.map((i) => (ratio(i, 0) + ratio(i, 1)) / 2);
  const ratioConstants = baselinesOf(meanRatios, prompts, "batch");
  const weights = records.map((_): [number, number] => [0, 0]);
  records.forEach((record, i) => {
    if (record.dropped !== null) return;
    const { pair, label } = terms[i]!;
    const { coefficient } = shares[record.route];
    const policyLabels = record.route === "DDP" || record.route === "DPP";
    const along = pair + (policyLabels ? coefficient * label : 0);
    const each = weights[i]!;
    each[0] += along;
    each[1] -= along;
    if (reverseKlMode === "token-mean") {
      const tokens = record.responses[0].length + record.responses[1].length;
      each[0] += reverseKl / tokens;
      each[1] += reverseKl / tokens;
    }
    if (!isOnline(record)) {
      each[0] -= optimism / 2;
      each[1] -= optimism / 2;
    }
  });
  const scale = mode === "as-published" ? publishedScale : 1;
  own.forEach((i, at) => {
    const { coefficient } = shares[records[i]!.route];
    for (const side of [0, 1] as const) {
      const response = terms[i]!.response[side] - constants[at]!;
      weights[i]![side] += scale * coefficient * response;
      if (reverseKlMode === "penalty" && reverseKl > 0) {
        // Σ over the own responses of (log π/π₀) ∇ log π estimates ∇ KL; each pair brings two.
        weights[i]![side] -= reverseKl * (ratio(i, side) - ratioConstants[at]!) / 2;
      }
    }
  });
  const count = records.length;
  return {
    weights: weights.map(([first, second]) => [first / count, second / count]),
    losses: Float64Array.from(terms, ({ value }) => -value),
  };
}
