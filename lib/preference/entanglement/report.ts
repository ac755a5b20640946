/**
 * The entanglement report: for every pair and loss, what the law predicts for one plain step, and what the
 * step does (paper 04, section 6, A).
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { quantile } from "offprint/stats.ts";
import type { OnnxEngine } from "offprint/lm/training/mod.ts";
import { type PairLoss, type PairStatistics, referenceMargin } from "../losses/pair_loss.ts";
import { softLabelTerms } from "../losses/loss_options.ts";
import { checkedPair, type TokenPair } from "../pairs/encode.ts";
import {
  longestText,
  pairBatch,
  type ResponseLogProbs,
  responseLogProbs,
  total,
} from "../pairs/pair_batch.ts";
import { pairStatistics } from "../pairs/pair_statistics.ts";
import {
  band,
  type Case,
  caseOf,
  condition,
  cosine,
  type InnerProducts,
  innerProducts,
  predictedChange,
} from "./laws.ts";
import { pairGradients } from "./pair_gradients.ts";
import { parameterSubset, restricted } from "./parameter_subset.ts";
import { lastLayerMatrix, lastLayerTokens } from "./token_matrix.ts";

/** One pair under one loss; its statistics in nats. */
export interface EntanglementRow extends PairStatistics {
  step: number;
  pair: string;
  method: string;
  /** D. */
  margin: number;
  chosenWeight: number;
  rejectedWeight: number;
  /** I, N_w, N_l. */
  inner: number;
  chosenNorm: number;
  rejectedNorm: number;
  cosine: number;
  /** I / min(N_w, N_l). */
  condition: number;
  bandLow: number;
  bandHigh: number;
  /** d_w / d_l. */
  ratio: number;
  predictedChosen: number;
  predictedRejected: number;
  predicted: Case;
  /** What a plain step did; null where none was taken. */
  observedChosen: number | null;
  observedRejected: number | null;
  observed: Case | null;
  /** Parameters over which the products run. */
  subset: string;
  precision: "float32";
}

/** How {@linkcode entanglementReport} works. */
export interface ReportOptions {
  /** The losses to report on; they share the gradients. */
  losses: readonly PairLoss[];
  /** `all` (the default), `without embedding`, `layer N`, or `last layer` in closed form. */
  subset?: string;
  /** η of the predicted and the observed step. Default 1e-3. */
  stepSize?: number;
  /** Whether the step is taken too (and taken back). Only with the subset `all`. Default true there. */
  observe?: boolean;
  /** Training steps of the policy, for the rows. Default 0. */
  step?: number;
  /** Tokens of a row; by default those of the longest text. */
  length?: number;
  /** Called after each pair; may be awaited on, to save. */
  onPair?: (rows: EntanglementRow[]) => void | Promise<void>;
}

/**
 * Reports on pairs, one row for each pair and loss. The engine's weights are as before when it is done.
 *
 * @param reference log-probabilities of the same pairs under the reference policy.
 * @throws {UserError} for a pair with an empty, too long or equal response, a reference of another number of
 *   pairs, or a step size that is not above 0.
 */
export async function entanglementReport(
  engine: OnnxEngine,
  pairs: readonly TokenPair[],
  reference: readonly ResponseLogProbs[],
  options: ReportOptions,
): Promise<EntanglementRow[]> {
  const { losses, subset = "all", stepSize = 1e-3, step = 0 } = options;
  const observe = options.observe ?? subset === "all";
  const { length = longestText(pairs) } = options;
  checkReport(engine, pairs, reference, stepSize);
  const all: EntanglementRow[] = [];
  for (const [k, pair] of pairs.entries()) {
    // All losses share these: a loss enters through two weights alone.
    const gradients = await pairGradients(engine, pair, { length });
    const products = await productsOf(engine, pair, gradients, subset);
    const statistics = pairStatistics(gradients.scores, reference[k]!);
    const rows: EntanglementRow[] = [];
    for (const loss of losses) {
      const terms = softLabelTerms(loss, statistics, pair.labelProbability);
      const predicted = predictedChange(products, terms, stepSize);
      const observed = observe
        ? await observedChange(engine, pair, gradients, terms, stepSize, length)
        : null;
      const { low, high } = band(products);
      rows.push({
        step,
        pair: pair.id,
        method: loss.name,
        ...statistics,
        margin: referenceMargin(statistics),
        chosenWeight: terms.chosenWeight,
        rejectedWeight: terms.rejectedWeight,
        inner: products.inner,
        chosenNorm: products.chosen,
        rejectedNorm: products.rejected,
        cosine: cosine(products),
        condition: condition(products),
        bandLow: low,
        bandHigh: high,
        ratio: terms.chosenWeight / terms.rejectedWeight,
        predictedChosen: predicted.chosen,
        predictedRejected: predicted.rejected,
        predicted: caseOf(predicted),
        observedChosen: observed?.chosen ?? null,
        observedRejected: observed?.rejected ?? null,
        observed: observed === null ? null : caseOf(observed),
        subset,
        precision: "float32",
      });
    }
    await options.onPair?.(rows);
    all.push(...rows);
  }
  return all;
}

function checkReport(
  engine: OnnxEngine,
  pairs: readonly TokenPair[],
  reference: readonly ResponseLogProbs[],
  stepSize: number,
): void {
  for (const pair of pairs) checkedPair(pair, engine.config.max_position_embeddings);
  if (reference.length !== pairs.length) {
    throw new UserError({
      what: "entanglement report: reference",
      got: new Described(`log-probabilities of ${reference.length} pairs`),
      expected: `those of the ${pairs.length} pairs of the report`,
    });
  }
  if (!(stepSize > 0 && stepSize < Infinity)) {
    throw new UserError({
      what: "entanglement report: step size",
      got: stepSize,
      expected: "a finite number above 0",
    });
  }
}

async function productsOf(
  engine: OnnxEngine,
  pair: TokenPair,
  { chosen, rejected }: { chosen: Float32Array; rejected: Float32Array },
  subset: string,
): Promise<InnerProducts> {
  if (subset === "last layer") {
    const tokens = await lastLayerTokens(engine, pair);
    return lastLayerMatrix(tokens.chosen, tokens.rejected);
  }
  if (subset === "all") return innerProducts(chosen, rejected);
  const ranges = parameterSubset(engine.config, subset);
  return innerProducts(restricted(chosen, ranges), restricted(rejected, ranges));
}

/** Takes the plain step θ + η (d_w g_w − d_l g_l), measures the pair, and takes the step back. */
export async function observedChange(
  engine: OnnxEngine,
  pair: TokenPair,
  gradients: { chosen: Float32Array; rejected: Float32Array; scores: ResponseLogProbs },
  weights: { chosenWeight: number; rejectedWeight: number },
  stepSize: number,
  length: number = longestText([pair]),
): Promise<{ chosen: number; rejected: number }> {
  const { parameters } = engine;
  const before = parameters.slice();
  const [w, l] = [stepSize * weights.chosenWeight, stepSize * weights.rejectedWeight];
  for (let i = 0; i < parameters.length; i++) {
    parameters[i] = before[i]! + w * gradients.chosen[i]! - l * gradients.rejected[i]!;
  }
  try {
    const batch = pairBatch(engine.config, [pair], length);
    const [scores] = responseLogProbs(batch, [pair], await engine.logProbs(batch));
    return {
      chosen: total(scores!.chosen) - total(gradients.scores.chosen),
      rejected: total(scores!.rejected) - total(gradients.scores.rejected),
    };
  } finally {
    parameters.set(before);
  }
}

/** What rows of one loss come to. */
export interface ReportSummary {
  pairs: number;
  /** Share of each case among the predictions. */
  predicted: Record<Case, number>;
  /** Share of pairs whose predicted case is the observed one; NaN where no step was taken. */
  agreement: number;
  meanCosine: number;
  /** 10 %, 50 % and 90 % of the cosines. */
  cosineQuantiles: [number, number, number];
  meanCondition: number;
}

/** Sums rows up. */
export function summariseReport(rows: readonly EntanglementRow[]): ReportSummary {
  const mean = (value: (row: EntanglementRow) => number): number =>
    rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
  const share = (which: Case): number => mean((row) => row.predicted === which ? 1 : 0);
  const cosines = rows.map((row) => row.cosine).sort((a, b) => a - b);
  const observed = rows.filter((row) => row.observed !== null);
  return {
    pairs: rows.length,
    predicted: {
      "ideal": share("ideal"),
      "both rise": share("both rise"),
      "both fall": share("both fall"),
      "reversed": share("reversed"),
    },
    agreement: observed.filter((row) => row.observed === row.predicted).length / observed.length,
    meanCosine: mean((row) => row.cosine),
    cosineQuantiles: [0.1, 0.5, 0.9].map((p) => quantile(cosines, p)) as [number, number, number],
    meanCondition: mean((row) => row.condition),
  };
}
