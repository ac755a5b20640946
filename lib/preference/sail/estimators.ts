/**
 * Estimates of the exact gradient from drawn routes, responses and labels, and how noisy they are.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import { logistic } from "../losses/pair_loss.ts";
import { type Baseline, baselinesOf } from "./baselines.ts";
import { type GradientMode, implicitMargin, type PairTerms, pairTerms } from "./pair_terms.ts";
import { drawRoute, isShares, type Mixture, type Route, type Shares, sharesOf } from "./routes.ts";
import { gradientOf, logPolicy, type TabularProblem, zeros } from "./tabular.ts";

/** How a gradient is estimated. */
export interface EstimateOptions {
  /** Pairs drawn. */
  batch: number;
  seed: number;
  /** Draws of different steps are independent. Default 1. */
  step?: number;
  /** Default `batch`. `enumerate` replaces the drawn response term by its exact expectation. */
  baseline?: Baseline | "enumerate";
  /** Policy labels: drawn one at a time, or both weighted by their probability. Default `enumerate`. */
  labels?: "sample" | "enumerate";
  /** Default `keep`; `drop` leaves pairs of equal responses out of the sum, not out of the count. */
  ties?: "keep" | "drop";
  mode?: GradientMode;
}

/** A gradient from draws. */
export interface GradientEstimate {
  gradient: Float64Array;
  /** How many pairs came by each route. */
  routes: Record<Route, number>;
  /** Pairs of two equal responses. */
  ties: number;
}

interface Drawn {
  route: Route;
  prompt: number;
  first: number;
  second: number;
  mode: GradientMode;
  probability: number;
}

/** Estimates a mixture's gradient from `batch` pairs. Draws depend on seed, step and slot alone. */
export function estimateGradient(
  problem: TabularProblem,
  theta: ArrayLike<number>,
  mixture: Mixture | Shares,
  options: EstimateOptions,
): GradientEstimate {
  const { batch, seed, step = 1, baseline = "batch", ties = "keep" } = options;
  const logProbs = logPolicy(problem.policy, theta);
  const shares = isShares(mixture) ? mixture : sharesOf(mixture);
  const routes: Record<Route, number> = { DPO: 0, DDP: 0, DPP: 0, DPR: 0 };
  const drawn = Array.from({ length: batch }, (_, slot) => {
    const route = drawRoute(shares, seed, step, slot);
    routes[route]++;
    return drawPair(problem, logProbs, route, options, stream(seed, "pair", step, slot));
  });
  const terms = drawn.map((pair) => termsOf(problem, logProbs, pair));
  // A baseline belongs to the responses that the policy drew itself; those of the data have no score.
  const own = drawn.flatMap(({ route }, i) => route === "DPP" || route === "DPR" ? [i] : []);
  const constants = baselinesOf(
    own.map((i) => terms[i]!.value),
    own.map((i) => drawn[i]!.prompt),
    baseline === "enumerate" ? "none" : baseline,
  );
  const weights = zeros(problem.reference);
  let equal = 0;
  drawn.forEach(({ route, prompt, first, second, mode }, i) => {
    if (first === second) equal++;
    if (first === second && ties === "drop") return;
    const { pair, label, response } = terms[i]!;
    const { coefficient } = shares[route];
    const along = pair + (route === "DDP" || route === "DPP" ? coefficient * label : 0);
    const row = weights[prompt]!;
    row[first]! += along / batch;
    row[second]! -= along / batch;
    const at = own.indexOf(i);
    if (at < 0 || baseline === "enumerate") return;
    const constant = mode === "formula" ? constants[at]! : 0;
    row[first]! += coefficient * (response[0] - constant) / batch;
    row[second]! += coefficient * (response[1] - constant) / batch;
  });
  if (baseline === "enumerate") {
    addExactResponses(problem, logProbs, shares, drawn, weights, options);
  }
  return { gradient: gradientOf(problem.policy, logProbs, weights), routes, ties: equal };
}

function drawPair(
  { pairs, reward, reference, beta }: TabularProblem,
  logProbs: readonly Float64Array[],
  route: Route,
  { labels = "enumerate", mode = "formula" }: EstimateOptions,
  random: ReturnType<typeof stream>,
): Drawn {
  const drawLabel = (probability: number): number => random.uniform() < probability ? 1 : 0;
  const policyLabel = (prompt: number, i: number, j: number): number => {
    const margin = implicitMargin(pairOf(reference, logProbs, prompt, i, j), beta);
    return labels === "enumerate" ? logistic(margin) : drawLabel(logistic(margin));
  };
  if (route === "DPO" || route === "DDP") {
    const { prompt, first, second, probability } =
      pairs[random.categorical(pairs.map(({ weight }) => weight))]!;
    const label = route === "DPO" ? probability : policyLabel(prompt, first, second);
    return { route, prompt, first, second, mode: "formula", probability: label };
  }
  const prompt = random.integer(logProbs.length);
  const probabilities = logProbs[prompt]!.map(Math.exp);
  const [first, second] = [random.categorical(probabilities), random.categorical(probabilities)];
  const label = route === "DPP"
    ? policyLabel(prompt, first, second)
    : drawLabel(logistic(reward[prompt]![first]! - reward[prompt]![second]!));
  return { route, prompt, first, second, mode, probability: label };
}

function termsOf(
  { reference, beta }: TabularProblem,
  logProbs: readonly Float64Array[],
  { prompt, first, second, probability, mode }: Drawn,
): PairTerms {
  const pair = pairOf(reference, logProbs, prompt, first, second);
  return pairTerms(pair, { beta, probability, mode });
}

/** Log-probabilities of two responses to a prompt, under the policy and under the reference. */
function pairOf(
  reference: TabularProblem["reference"],
  logProbs: readonly Float64Array[],
  ...[prompt, i, j]: [prompt: number, i: number, j: number]
) {
  return {
    first: logProbs[prompt]![i]!,
    second: logProbs[prompt]![j]!,
    firstReference: reference[prompt]![i]!,
    secondReference: reference[prompt]![j]!,
  };
}

/** The response term of each drawn pair's prompt, summed over all pairs of responses. */
function addExactResponses(
  problem: TabularProblem,
  logProbs: readonly Float64Array[],
  shares: Shares,
  drawn: readonly Drawn[],
  weights: Float64Array[],
  { batch, mode = "formula", ties = "keep" }: EstimateOptions,
): void {
  const { reference, reward, beta } = problem;
  for (const { route, prompt } of drawn) {
    if (route !== "DPP" && route !== "DPR") continue;
    const row = logProbs[prompt]!;
    for (let i = 0; i < row.length; i++) {
      for (let j = 0; j < row.length; j++) {
        if (i === j && ties === "drop") continue;
        const margin = implicitMargin(pairOf(reference, logProbs, prompt, i, j), beta);
        const probability = route === "DPP"
          ? logistic(margin)
          : logistic(reward[prompt]![i]! - reward[prompt]![j]!);
        const at = { route, prompt, first: i, second: j, probability, mode };
        const { response } = termsOf(problem, logProbs, at);
        const mass = shares[route].coefficient * Math.exp(row[i]! + row[j]!) / batch;
        weights[prompt]![i]! += mass * response[0];
        weights[prompt]![j]! += mass * response[1];
      }
    }
  }
}

/** Mean and total variance of an estimator. */
export interface Moments {
  mean: Float64Array;
  /** Summed over the parameters. */
  variance: number;
}

/**
 * Exact moments of the response term of one drawn pair, `(F − c)(g_w + g_l)`, responses from the policy and labels
 * from the true reward.
 *
 * @param baseline c, the same for all pairs.
 */
export function responseTermMoments(
  problem: TabularProblem,
  theta: ArrayLike<number>,
  baseline: number,
): Moments {
  const { policy, reward } = problem;
  const logProbs = logPolicy(policy, theta);
  const mean = new Float64Array(policy.parameters);
  let square = 0;
  logProbs.forEach((row, prompt) => {
    const scores = Array.from(row, (_, y) => {
      const weights = zeros(problem.reference);
      weights[prompt]![y] = 1;
      return gradientOf(policy, logProbs, weights);
    });
    // Every pair comes in both orders, each with the label's probability; a tie comes once, with one half.
    for (let w = 0; w < row.length; w++) {
      for (let l = 0; l < row.length; l++) {
        const wins = logistic(reward[prompt]![w]! - reward[prompt]![l]!);
        const q = 2 * Math.exp(row[w]! + row[l]!) * wins / logProbs.length;
        const at: Drawn = {
          route: "DPR",
          prompt,
          first: w,
          second: l,
          probability: 1,
          mode: "formula",
        };
        const { value } = termsOf(problem, logProbs, at);
        for (let k = 0; k < mean.length; k++) {
          const term = (value - baseline) * (scores[w]![k]! + scores[l]![k]!);
          mean[k]! += q * term;
          square += q * term * term;
        }
      }
    }
  });
  return { mean, variance: square - mean.reduce((sum, value) => sum + value * value, 0) };
}
