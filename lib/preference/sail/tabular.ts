/**
 * Policies over a handful of responses, in float64: everything that SAIL says about expectations can be summed
 * there without sampling.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { logistic } from "../losses/pair_loss.ts";

/** A number for each prompt and response. */
export type Table = readonly (ArrayLike<number>)[];

/** A policy whose logits are `base + θ · φ`. */
export interface TabularPolicy {
  /** Logits at θ = 0, by prompt and response. */
  base: Table;
  /** φ, by prompt, response and parameter. */
  features: readonly (readonly (ArrayLike<number>)[])[];
  /** Number of parameters. */
  parameters: number;
}

/** A pair of the data set: two responses to one prompt. */
export interface OfflinePair {
  prompt: number;
  first: number;
  second: number;
  /** Probability that the first is the better one: 1 for a drawn label, `p*` for its expectation. */
  probability: number;
  /** Share of the data set. */
  weight: number;
}

/** Everything an exact gradient needs to know. */
export interface TabularProblem {
  policy: TabularPolicy;
  /** log π₀, nats. */
  reference: Table;
  /** r*, the true reward. */
  reward: Table;
  beta: number;
  /** The data set; its weights sum to 1. */
  pairs: readonly OfflinePair[];
}

/** A softmax policy with a free logit for every response. */
export function softmaxPolicy(responses: readonly number[]): TabularPolicy {
  const parameters = responses.reduce((sum, count) => sum + count, 0);
  let next = 0;
  return {
    base: responses.map((count) => new Float64Array(count)),
    features: responses.map((count) =>
      Array.from({ length: count }, () => {
        const feature = new Float64Array(parameters);
        feature[next++] = 1;
        return feature;
      })
    ),
    parameters,
  };
}

/** A log-linear policy around a reference, `π ∝ π₀ exp(θ · φ)`. */
export function logLinearPolicy(
  reference: Table,
  features: TabularPolicy["features"],
): TabularPolicy {
  const parameters = features[0]?.[0]?.length ?? 0;
  reference.forEach((row, prompt) => {
    if (features[prompt]?.length === row.length) return;
    throw new UserError({
      what: `log-linear policy: features of prompt ${prompt}`,
      got: new Described(`${features[prompt]?.length ?? 0} responses`),
      expected: `${row.length}, as many as the reference has`,
    });
  });
  return { base: reference, features, parameters };
}

/** Log-probabilities of one row of logits. */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i]!);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  const normaliser = largest + Math.log(sum);
  // A plain loop: the mapping form of `from` takes longer than everything before it.
  const result = new Float64Array(logits.length);
  for (let i = 0; i < result.length; i++) result[i] = logits[i]! - normaliser;
  return result;
}

/** log π by prompt and response. */
export function logPolicy(policy: TabularPolicy, theta: ArrayLike<number>): Float64Array[] {
  return policy.base.map((base, prompt) => {
    const features = policy.features[prompt]!;
    const logits = new Float64Array(base.length);
    for (let y = 0; y < base.length; y++) {
      const feature = features[y]!;
      let logit = base[y]!;
      for (let k = 0; k < policy.parameters; k++) logit += theta[k]! * feature[k]!;
      logits[y] = logit;
    }
    return logSoftmax(logits);
  });
}

/**
 * From weights on log-probabilities to a gradient: `Σ W(x, y) ∇ log π(y | x)`, with
 * `∇ log π(y) = φ_y − Σ π φ`.
 *
 * @param logProbs of {@linkcode logPolicy} at the same parameters.
 */
export function gradientOf(
  policy: TabularPolicy,
  logProbs: readonly Float64Array[],
  weights: readonly Float64Array[],
): Float64Array {
  const gradient = new Float64Array(policy.parameters);
  policy.features.forEach((features, prompt) => {
    const row = weights[prompt]!;
    let total = 0;
    for (let y = 0; y < row.length; y++) total += row[y]!;
    for (let y = 0; y < row.length; y++) {
      const weight = row[y]! - total * Math.exp(logProbs[prompt]![y]!);
      const feature = features[y]!;
      for (let k = 0; k < gradient.length; k++) gradient[k]! += weight * feature[k]!;
    }
  });
  return gradient;
}

/** Zeros in the shape of a table. */
export function zeros(table: Table): Float64Array[] {
  return table.map((row) => new Float64Array(row.length));
}

/** The log-probabilities of the best policy under reward and pull to the reference, `π₀ exp(reward / β)` normalised. */
export function optimalPolicy({ reference, reward, beta }: TabularProblem): Float64Array[] {
  return reference.map((row, prompt) =>
    logSoftmax(Float64Array.from(row, (value, y) => value + reward[prompt]![y]! / beta))
  );
}

/** What a policy is worth, means over prompts. */
export interface PolicyValue {
  /** `E_π[r*]`. */
  reward: number;
  /** `KL(π ‖ π₀)`, nats. */
  kl: number;
  /** `E_π[r*] − β KL(π ‖ π₀)`. */
  objective: number;
}

/** Reward, divergence and objective of a policy given by its log-probabilities. */
export function policyValue(
  problem: TabularProblem,
  logProbs: readonly Float64Array[],
): PolicyValue {
  let reward = 0;
  let kl = 0;
  logProbs.forEach((row, prompt) =>
    row.forEach((logProb, y) => {
      const p = Math.exp(logProb);
      reward += p * problem.reward[prompt]![y]!;
      if (p > 0) kl += p * (logProb - problem.reference[prompt]![y]!);
    })
  );
  reward /= logProbs.length;
  kl /= logProbs.length;
  return { reward, kl, objective: reward - problem.beta * kl };
}

/** The probability that a response of one policy beats one of another under the true preference. */
export function policyWinRate(
  { reward }: TabularProblem,
  logProbs: readonly Float64Array[],
  against: readonly Float64Array[],
): number {
  let wins = 0;
  logProbs.forEach((row, prompt) =>
    row.forEach((own, i) =>
      against[prompt]!.forEach((other, j) => {
        wins += Math.exp(own + other) * logistic(reward[prompt]![i]! - reward[prompt]![j]!);
      })
    )
  );
  return wins / logProbs.length;
}
