/**
 * SAIL's objective and gradient as exact sums over prompts and responses, for every route and mixture (paper 09,
 * section 3).
 *
 * @module
 */
import { logistic } from "../losses/pair_loss.ts";
import { type GradientMode, type PairTerms, pairTerms } from "./pair_terms.ts";
import { isShares, type Mixture, type Route, type Shares, sharesOf } from "./routes.ts";
import { gradientOf, logPolicy, type TabularProblem, zeros } from "./tabular.ts";

/** How pairs of a policy's own responses are summed. */
export interface ExactOptions {
  /** Default `formula`. */
  mode?: GradientMode;
  /**
   * Pairs of a response with itself: `keep` (the default) as the derivation has it, or `drop`, which takes their
   * mass away and renormalises nothing.
   */
  ties?: "keep" | "drop";
}

/** The objective of a route and its gradient in parts, each a vector of parameters. */
export interface ExactTerms {
  /** J, the mean of F. */
  value: number;
  /** T₂, online DPO. */
  pair: Float64Array;
  /** The part of T₁ that comes from drawing labels by the policy. */
  label: Float64Array;
  /** The part of T₁ that comes from drawing responses by the policy. */
  response: Float64Array;
}

/** A pair of responses with its share of all pairs. */
type Visit = (
  prompt: number,
  first: number,
  second: number,
  mass: number,
  terms: PairTerms,
) => void;

/** Goes through all pairs of a route. Responses i < j of the policy are one pair of mass 2 π_i π_j. */
function eachPair(
  problem: TabularProblem,
  logProbs: readonly Float64Array[],
  route: Route,
  { mode = "formula", ties = "keep" }: ExactOptions,
  visit: Visit,
): void {
  const { reference, reward, beta, pairs } = problem;
  const at = (
    prompt: number,
    i: number,
    j: number,
    label: number | "policy",
    how: GradientMode,
  ) => {
    const row = logProbs[prompt]!;
    const [first, second] = [row[i]!, row[j]!];
    const [firstReference, secondReference] = [reference[prompt]![i]!, reference[prompt]![j]!];
    const probability = label === "policy"
      ? logistic(beta * ((first - firstReference) - (second - secondReference)))
      : label;
    return pairTerms({ first, second, firstReference, secondReference }, {
      beta,
      probability,
      mode: how,
      names: [`response ${i} of prompt ${prompt}`, `response ${j} of prompt ${prompt}`],
    });
  };
  if (route === "DPO" || route === "DDP") {
    for (const { prompt, first, second, probability, weight } of pairs) {
      // Responses of the data have no response term, whatever the mode.
      const label = route === "DDP" ? "policy" : probability;
      visit(prompt, first, second, weight, at(prompt, first, second, label, "formula"));
    }
    return;
  }
  const share = 1 / logProbs.length;
  logProbs.forEach((row, prompt) => {
    for (let i = 0; i < row.length; i++) {
      for (let j = ties === "keep" ? i : i + 1; j < row.length; j++) {
        const mass = share * Math.exp(row[i]! + row[j]!) * (i === j ? 1 : 2);
        const label = route === "DPP"
          ? "policy"
          : logistic(reward[prompt]![i]! - reward[prompt]![j]!);
        visit(prompt, i, j, mass, at(prompt, i, j, label, mode));
      }
    }
  });
}

/**
 * The objective of one route and its gradient in parts. The gradient of the objective is their sum; a coefficient
 * of the paper multiplies label and response.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { exactTerms, softmaxPolicy } from "offprint/preference/sail/mod.ts";
 *
 * const problem = {
 *   policy: softmaxPolicy([3]),
 *   reference: [[0.5, 0.3, 0.2].map(Math.log)],
 *   reward: [[1, 0, 0.5]],
 *   beta: 0.5,
 *   pairs: [],
 * };
 * const { value, pair, response } = exactTerms(problem, [0.2, -0.1, 0], "DPR");
 * assertAlmostEquals(value, -0.709662, 5e-7);
 * assertAlmostEquals(pair[0]! + response[0]!, 0.047614, 1e-6);
 * ```
 */
export function exactTerms(
  problem: TabularProblem,
  theta: ArrayLike<number>,
  route: Route,
  options: ExactOptions = {},
): ExactTerms {
  const logProbs = logPolicy(problem.policy, theta);
  const pair = zeros(problem.reference);
  const label = zeros(problem.reference);
  const response = zeros(problem.reference);
  const policyLabels = route === "DDP" || route === "DPP";
  const policyResponses = route === "DPP" || route === "DPR";
  let value = 0;
  eachPair(problem, logProbs, route, options, (prompt, i, j, mass, terms) => {
    value += mass * terms.value;
    pair[prompt]![i]! += mass * terms.pair;
    pair[prompt]![j]! -= mass * terms.pair;
    if (policyLabels) {
      label[prompt]![i]! += mass * terms.label;
      label[prompt]![j]! -= mass * terms.label;
    }
    if (policyResponses) {
      response[prompt]![i]! += mass * terms.response[0];
      response[prompt]![j]! += mass * terms.response[1];
    }
  });
  const gradient = (weights: Float64Array[]) => gradientOf(problem.policy, logProbs, weights);
  return { value, pair: gradient(pair), label: gradient(label), response: gradient(response) };
}

/** How a mixture's gradient is made. */
export interface MixtureOptions extends ExactOptions {
  /** λ of a penalty `−λ KL(π ‖ π₀)`. Default 0. */
  reverseKl?: number;
  /** See {@linkcode ReverseKl}. Default `penalty`. */
  reverseKlMode?: ReverseKl;
}

/**
 * How divergence from the reference is held down: `penalty` is the true −λ KL(π ‖ π₀) over all responses;
 * `token-mean` is the estimator of the public follow-up, which adds the mean of log π₀ − log π over the tokens of
 * the two responses to the loss and so raises both.
 */
export type ReverseKl = "penalty" | "token-mean";

/** The expected gradient of a mixture: shares times routes, extra terms times coefficients. */
export function mixtureGradient(
  problem: TabularProblem,
  theta: ArrayLike<number>,
  mixture: Mixture | Shares,
  options: MixtureOptions = {},
): Float64Array {
  const logProbs = logPolicy(problem.policy, theta);
  return gradientOf(
    problem.policy,
    logProbs,
    mixtureWeights(problem, logProbs, isShares(mixture) ? mixture : sharesOf(mixture), options),
  );
}

/**
 * Weights on the log-probabilities, whose {@linkcode gradientOf} is the mixture's gradient: the arithmetic of
 * {@linkcode pairTerms} with one exponential and one logarithm a pair, for ascents of many thousand steps. The tests
 * hold it to {@linkcode exactTerms}.
 */
export function mixtureWeights(
  problem: TabularProblem,
  logProbs: readonly Float64Array[],
  shares: Shares,
  options: MixtureOptions = {},
): Float64Array[] {
  const { reverseKl = 0, reverseKlMode = "penalty", ties = "keep", mode = "formula" } = options;
  const { reference, reward, beta, pairs } = problem;
  const weights = zeros(reference);
  const tokenMean = reverseKlMode === "token-mean" ? reverseKl / 2 : 0;
  const { DPO, DDP, DPP, DPR } = shares;
  const own = DDP.share * DDP.coefficient;
  if (DPO.share > 0 || own > 0) {
    for (const { prompt, first, second, probability, weight } of pairs) {
      const [row, old] = [logProbs[prompt]!, reference[prompt]!];
      const u = beta * ((row[first]! - old[first]!) - (row[second]! - old[second]!));
      const wins = u >= 0 ? 1 / (1 + Math.exp(-u)) : 1 - 1 / (1 + Math.exp(u));
      // Of both labels at once, the label term is β p (1 − p) u.
      const along = DPO.share * beta * (probability - wins) + own * beta * wins * (1 - wins) * u;
      weights[prompt]![first]! += weight * along;
      weights[prompt]![second]! -= weight * along;
    }
  }
  if (tokenMean > 0) {
    const offline = (DPO.share + DDP.share) * tokenMean;
    for (const { prompt, first, second, weight } of pairs) {
      weights[prompt]![first]! += weight * offline;
      weights[prompt]![second]! += weight * offline;
    }
  }
  const response = DPP.share * DPP.coefficient;
  const judged = DPR.share * DPR.coefficient;
  const published = mode === "as-published" && response + judged > 0;
  const online = DPP.share + DPR.share;
  if (DPR.share > 0 || response > 0 || (online > 0 && tokenMean > 0)) {
    logProbs.forEach((row, prompt) => {
      const [old, truth, target] = [reference[prompt]!, reward[prompt]!, weights[prompt]!];
      const probabilities = row.map((value) => Math.exp(value) / Math.sqrt(logProbs.length));
      if (published) checkBelowZero(row, prompt);
      for (let i = 0; i < row.length; i++) {
        for (let j = ties === "keep" ? i : i + 1; j < row.length; j++) {
          const mass = probabilities[i]! * probabilities[j]! * (i === j ? 1 : 2);
          const u = beta * ((row[i]! - old[i]!) - (row[j]! - old[j]!));
          const e = Math.exp(-Math.abs(u));
          const wins = u >= 0 ? 1 / (1 + e) : e / (1 + e);
          const won = Math.min(0, u) - Math.log1p(e);
          const lost = won - u;
          const label = 1 / (1 + Math.exp(truth[j]! - truth[i]!));
          const along = DPR.share * beta * (label - wins) + response * beta * wins * (1 - wins) * u;
          const both = response * (wins * won + (1 - wins) * lost) +
            judged * (label * won + (1 - label) * lost);
          const [ofFirst, ofSecond] = published ? [both / row[i]!, both / row[j]!] : [both, both];
          target[i]! += mass * (along + ofFirst + online * tokenMean);
          target[j]! += mass * (-along + ofSecond + online * tokenMean);
        }
      }
    });
  }
  if (reverseKl > 0 && reverseKlMode === "penalty") {
    // ∇ KL = Σ π (log π/π₀) ∇ log π, the rest of the product rule being 0.
    logProbs.forEach((row, prompt) =>
      row.forEach((logProb, y) => {
        const ratio = logProb - reference[prompt]![y]!;
        weights[prompt]![y]! -= reverseKl * Math.exp(logProb) * ratio / logProbs.length;
      })
    );
  }
  return weights;
}

/** The published term divides by log π: {@linkcode pairTerms} refuses 0, naming the response. */
function checkBelowZero(row: Float64Array, prompt: number): void {
  const at = row.findIndex((logProb) => !(logProb < 0));
  if (at < 0) return;
  const pair = { first: row[at]!, second: -1, firstReference: -1, secondReference: -1 };
  const names = [`response ${at} of prompt ${prompt}`, ""] as const;
  pairTerms(pair, { beta: 1, probability: 1, mode: "as-published", names });
}
