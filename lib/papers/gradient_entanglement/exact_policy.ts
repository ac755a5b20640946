/**
 * Policies small enough for exact gradients, in float64. At every position of a response the logits are linear
 * in the parameters, `logit_v = θ · φ_v`: free logits, log-linear policies, and an output matrix on frozen
 * hidden states are all of this kind (paper 04, section 5).
 *
 * @module
 */
import {
  type Change,
  dot,
  type InnerProducts,
  innerProducts,
  type Weights,
} from "offprint/preference/entanglement/mod.ts";
import type { PairLoss, PairStatistics } from "offprint/preference/losses/mod.ts";

/** One position of a response. */
export interface Position {
  /** φ_v of each token v of the vocabulary, as long as θ. */
  features: readonly (readonly number[])[];
  /** The token that is there. */
  token: number;
}

/** A response: its positions in order. */
export type Response = readonly Position[];

/** Two responses to one prompt, and the parameters at which they are looked at. */
export interface ExactPair {
  theta: readonly number[];
  chosen: Response;
  rejected: Response;
}

/** log softmax of the logits at a position, and the probabilities. */
function distributionAt(theta: readonly number[], { features }: Position): Float64Array {
  const logits = Float64Array.from(features, (feature) => dot(theta, feature));
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  const normaliser = largest + Math.log(sum);
  return logits.map((logit) => logit - normaliser);
}

/** Log-probability of a response, nats. */
export function logProbability(theta: readonly number[], response: Response): number {
  return response.reduce(
    (total, position) => total + distributionAt(theta, position)[position.token]!,
    0,
  );
}

/** ∇ log p of the token at one position: φ_y − Σ p_v φ_v. */
export function tokenGradient(theta: readonly number[], position: Position): Float64Array {
  const gradient = Float64Array.from(position.features[position.token]!);
  distributionAt(theta, position).forEach((logProb, v) => {
    const p = Math.exp(logProb);
    const feature = position.features[v]!;
    for (let k = 0; k < gradient.length; k++) gradient[k]! -= p * feature[k]!;
  });
  return gradient;
}

/** ∇ log π of a whole response: the sum over its tokens. */
export function responseGradient(theta: readonly number[], response: Response): Float64Array {
  const total = new Float64Array(theta.length);
  for (const position of response) {
    tokenGradient(theta, position).forEach((value, k) => total[k]! += value);
  }
  return total;
}

/** g_w and g_l of a pair. */
export function exactGradients({ theta, chosen, rejected }: ExactPair): {
  chosen: Float64Array;
  rejected: Float64Array;
} {
  return {
    chosen: responseGradient(theta, chosen),
    rejected: responseGradient(theta, rejected),
  };
}

/** I, N_w and N_l of a pair. */
export function exactProducts(pair: ExactPair): InnerProducts {
  const { chosen, rejected } = exactGradients(pair);
  return innerProducts(chosen, rejected);
}

/** What a loss sees of a pair; without a reference, the policy itself is one. */
export function exactStatistics(
  pair: ExactPair,
  reference: readonly number[] = pair.theta,
): PairStatistics {
  return {
    chosen: logProbability(pair.theta, pair.chosen),
    rejected: logProbability(pair.theta, pair.rejected),
    chosenReference: logProbability(reference, pair.chosen),
    rejectedReference: logProbability(reference, pair.rejected),
    chosenTokens: pair.chosen.length,
    rejectedTokens: pair.rejected.length,
  };
}

/** What a move of the parameters really does to both log-probabilities. */
export function changeUnder(pair: ExactPair, direction: ArrayLike<number>, stepSize = 1): Change {
  const moved = pair.theta.map((value, k) => value + stepSize * direction[k]!);
  const change = (response: Response): number =>
    logProbability(moved, response) - logProbability(pair.theta, response);
  return { chosen: change(pair.chosen), rejected: change(pair.rejected) };
}

/** The direction of plain descent on a loss of one pair, d_w g_w − d_l g_l. */
export function descentDirection(pair: ExactPair, weights: Weights): Float64Array {
  const { chosen, rejected } = exactGradients(pair);
  return chosen.map((value, k) =>
    weights.chosenWeight * value - weights.rejectedWeight * rejected[k]!
  );
}

/** What one plain step on a loss does to the pair, the reference being the policy itself. */
export function exactStep(pair: ExactPair, loss: PairLoss, stepSize: number): Change {
  return changeUnder(pair, descentDirection(pair, loss.at(exactStatistics(pair))), stepSize);
}

/** The direction of the pairwise-normalised step, g_w/|g_w| − g_l/|g_l|. */
export function normalisedDirection(pair: ExactPair): Float64Array {
  const { chosen, rejected } = exactGradients(pair);
  const [w, l] = [Math.sqrt(dot(chosen, chosen)), Math.sqrt(dot(rejected, rejected))];
  return chosen.map((value, k) => value / w - rejected[k]! / l);
}
