/**
 * Full-batch ascent on exact gradients.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { type MixtureOptions, mixtureWeights } from "./exact.ts";
import { FlatAscent } from "./flat_ascent.ts";
import { isShares, type Mixture, type Shares, sharesOf } from "./routes.ts";
import { gradientOf, logPolicy, type TabularProblem } from "./tabular.ts";

/** How an ascent runs. */
export interface AscentOptions extends MixtureOptions {
  steps: number;
  stepSize: number;
  /** Default: all 0. */
  start?: ArrayLike<number>;
  /** Called before each step, and once after the last. */
  onStep?: (step: number, theta: Float64Array, logProbs: readonly Float64Array[]) => void;
}

/** Where an ascent came. */
export interface Ascent {
  theta: Float64Array;
  /** Steps that were taken: fewer than asked for when it stopped. */
  steps: number;
  logProbs: Float64Array[];
  /** Why it stopped early, in one line that names the response. */
  stopped?: string;
}

/**
 * Goes up the expected gradient of a mixture. An ascent that leads to log π = 0 in `as-published` mode, or to a
 * gradient that is not finite, stops and says so; what it returns is always finite.
 */
export function ascend(
  problem: TabularProblem,
  mixture: Mixture | Shares,
  options: AscentOptions,
): Ascent {
  const shares = isShares(mixture) ? mixture : sharesOf(mixture);
  const { mode = "formula", reverseKl = 0, reverseKlMode = "penalty", ties = "keep" } = options;
  // What has no flat form is rare and short.
  if (mode !== "formula" || (reverseKl > 0 && reverseKlMode !== "penalty")) {
    return ascendPlainly(problem, shares, options);
  }
  const { steps, stepSize, onStep, start } = options;
  const theta = Float64Array.from(start ?? new Float64Array(problem.policy.parameters));
  const flat = new FlatAscent(problem, shares, { reverseKl, ties });
  flat.setPolicy(theta);
  for (let step = 0; step < steps; step++) {
    onStep?.(step, theta, flat.rows());
    const gradient = flat.gradient();
    const stopped = notFinite(step, gradient);
    if (stopped !== undefined) return { theta, steps: step, logProbs: flat.rows(), stopped };
    for (let k = 0; k < theta.length; k++) theta[k]! += stepSize * gradient[k]!;
    flat.setPolicy(theta);
  }
  onStep?.(steps, theta, flat.rows());
  return { theta, steps, logProbs: flat.rows() };
}

/** The same, step by step as the formulas are written; the tests hold {@linkcode ascend} to it bit for bit. */
export function ascendPlainly(
  problem: TabularProblem,
  shares: Shares,
  options: AscentOptions,
): Ascent {
  const { steps, stepSize, onStep } = options;
  const { policy } = problem;
  const theta = Float64Array.from(options.start ?? new Float64Array(policy.parameters));
  let logProbs = logPolicy(policy, theta);
  for (let step = 0; step < steps; step++) {
    onStep?.(step, theta, logProbs);
    let gradient: Float64Array;
    try {
      gradient = gradientOf(policy, logProbs, mixtureWeights(problem, logProbs, shares, options));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { theta, steps: step, logProbs, stopped: `step ${step}: ${error.message}` };
    }
    const stopped = notFinite(step, gradient);
    if (stopped !== undefined) return { theta, steps: step, logProbs, stopped };
    gradient.forEach((value, k) => theta[k]! += stepSize * value);
    logProbs = logPolicy(policy, theta);
  }
  onStep?.(steps, theta, logProbs);
  return { theta, steps, logProbs };
}

/** Why a gradient cannot be followed. */
function notFinite(step: number, gradient: Float64Array): string | undefined {
  const bad = gradient.findIndex((value) => !Number.isFinite(value));
  return bad < 0 ? undefined : `step ${step}: parameter ${bad} has the gradient ${gradient[bad]}`;
}
