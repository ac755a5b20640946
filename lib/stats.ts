/**
 * Statistics that verdicts rest on: means with their errors, intervals, tests and slopes.
 *
 * @module
 */
import { stream } from "./random.ts";
import { chiSquareSurvival, normalQuantile, studentQuantile } from "./special_functions.ts";

export {
  chiSquareSurvival,
  normalCdf,
  normalQuantile,
  studentCdf,
  studentQuantile,
} from "./special_functions.ts";

/** A closed interval. */
export interface Interval {
  low: number;
  high: number;
}

/** A mean with its standard error and the number of values behind it. */
export interface Estimate {
  mean: number;
  standardError: number;
  n: number;
}

/** A mean with its interval, as the verdict rules `intervalAbove` and `intervalBelow` want it. */
export interface MeanInterval extends Interval {
  mean: number;
  n: number;
}

/**
 * Arithmetic mean.
 *
 * @throws {RangeError} for no values.
 */
export function mean(values: ArrayLike<number>): number {
  needAtLeast("mean", values, 1);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/**
 * Sample variance, with divisor `n − 1`.
 *
 * @throws {RangeError} for fewer than two values.
 */
export function variance(values: ArrayLike<number>): number {
  needAtLeast("variance", values, 2);
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return sum / (values.length - 1);
}

/** Standard error of the mean, `√(variance / n)`. */
export function standardError(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values) / values.length);
}

/** Mean, standard error and count in one go. */
export function estimate(values: ArrayLike<number>): Estimate {
  return { mean: mean(values), standardError: standardError(values), n: values.length };
}

/** Mean and variance of a long run without keeping it (Welford's update, Chan's merge). */
export class RunningMoments {
  #n = 0;
  #mean = 0;
  #squares = 0;

  /** Takes one more value. */
  add(value: number): void {
    this.#n++;
    const delta = value - this.#mean;
    this.#mean += delta / this.#n;
    this.#squares += delta * (value - this.#mean);
  }

  /** Takes all values another instance has seen. */
  merge(other: RunningMoments): void {
    if (other.#n === 0) return;
    const n = this.#n + other.#n;
    const delta = other.#mean - this.#mean;
    this.#squares += other.#squares + delta * delta * this.#n * other.#n / n;
    this.#mean += delta * other.#n / n;
    this.#n = n;
  }

  /** Values seen. */
  get count(): number {
    return this.#n;
  }

  /** Their mean; `NaN` before the first. */
  get mean(): number {
    return this.#n === 0 ? NaN : this.#mean;
  }

  /** Their sample variance; `NaN` before the second. */
  get variance(): number {
    return this.#n < 2 ? NaN : this.#squares / (this.#n - 1);
  }

  /** Standard error of their mean; `NaN` before the second. */
  get standardError(): number {
    return Math.sqrt(this.variance / this.#n);
  }

  /** Mean, standard error and count in one go. */
  estimate(): Estimate {
    return { mean: this.mean, standardError: this.standardError, n: this.count };
  }
}

/**
 * How many standard errors `measured` lies above `expected`. Equal values are 0 apart, whatever the
 * error; unequal ones without any error are infinitely far apart.
 */
export function zScore(measured: number, expected: number, standardError: number): number {
  return measured === expected ? 0 : (measured - expected) / standardError;
}

/**
 * Wilson's score interval for a proportion.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { wilson } from "offprint/stats.ts";
 *
 * const { low, high } = wilson(8, 10);
 * assertAlmostEquals(low, 0.4901624715, 1e-9);
 * assertAlmostEquals(high, 0.9433178485, 1e-9);
 * ```
 *
 * @throws {RangeError} unless `0 ≤ successes ≤ n` and `n ≥ 1`.
 */
export function wilson(
  successes: number,
  n: number,
  level = 0.95,
): Interval & { estimate: number } {
  if (!(n >= 1 && successes >= 0 && successes <= n)) {
    throw new RangeError(`wilson: got ${successes} of ${n}, expected 0 ≤ successes ≤ n and n ≥ 1`);
  }
  const z = normalQuantile(1 - (1 - level) / 2);
  const share = successes / n;
  const centre = (share + z * z / (2 * n)) / (1 + z * z / n);
  const half = z / (1 + z * z / n) * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {
    estimate: share,
    low: successes === 0 ? 0 : centre - half,
    high: successes === n ? 1 : centre + half,
  };
}

/** Student's t interval for the mean of independent values. */
export function meanInterval(values: ArrayLike<number>, level = 0.95): MeanInterval {
  const { mean, standardError, n } = estimate(values);
  const half = studentQuantile(1 - (1 - level) / 2, n - 1) * standardError;
  return { mean, low: mean - half, high: mean + half, n };
}

/** How {@linkcode pairedBootstrap} resamples. */
export interface BootstrapOptions {
  /** Seed of the resampling stream. */
  seed: number;
  /** Number of resamples; 10,000 when left out. */
  resamples?: number;
  /** Coverage; 0.95 when left out. */
  level?: number;
}

/** So many draws of a bootstrap are kept at most: 16 MB. */
const MOST_KEPT = 2 ** 22;

/**
 * The draws of the last bootstrap that were not too many. They depend on the seed and the number of values alone: many measures of the
 * same prompts are resampled with the same draws.
 */
let kept: { seed: number; n: number; places: Uint32Array } | undefined;

/** Means of resamples of `values` `[n]`, drawn with replacement: `[resamples]`, in the order of the draws. */
function resampledMeans(values: Float64Array, seed: number, resamples: number): Float64Array {
  const n = values.length;
  const random = stream(seed, "paired bootstrap");
  const means = new Float64Array(resamples);
  const draws = n * resamples;
  if (draws > MOST_KEPT) {
    for (let r = 0; r < resamples; r++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += values[random.integer(n)]!;
      means[r] = sum / n;
    }
    return means;
  }
  if (kept?.seed !== seed || kept.n !== n || kept.places.length !== draws) {
    kept = { seed, n, places: new Uint32Array(draws) };
    for (let at = 0; at < draws; at++) kept.places[at] = random.integer(n);
  }
  const { places } = kept;
  for (let r = 0, at = 0; r < resamples; r++) {
    let sum = 0;
    for (const end = at + n; at < end; at++) sum += values[places[at]!]!;
    means[r] = sum / n;
  }
  return means;
}

/**
 * Percentile bootstrap interval for the mean of the paired differences `a[i] − b[i]`. For few pairs
 * (below about 20) percentile intervals are too narrow: there prefer {@linkcode meanInterval}.
 *
 * @throws {RangeError} when the lengths differ or are below 2.
 */
export function pairedBootstrap(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { seed, resamples = 10_000, level = 0.95 }: BootstrapOptions,
): MeanInterval {
  if (a.length !== b.length) {
    throw new RangeError(`pairedBootstrap: got ${a.length} and ${b.length} values, expected pairs`);
  }
  const differences = Float64Array.from(a, (value, i) => value - b[i]!);
  needAtLeast("pairedBootstrap", differences, 2);
  const means = resampledMeans(differences, seed, resamples).sort();
  const tail = (1 - level) / 2;
  return {
    mean: mean(differences),
    low: quantile(means, tail),
    high: quantile(means, 1 - tail),
    n: differences.length,
  };
}

/**
 * The `probability` quantile of ascending values, interpolated linearly between neighbours.
 *
 * @throws {RangeError} for no values, or a probability outside [0, 1].
 */
export function quantile(ascending: ArrayLike<number>, probability: number): number {
  needAtLeast("quantile", ascending, 1);
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`quantile: got probability ${probability}, expected a number in [0, 1]`);
  }
  const place = probability * (ascending.length - 1);
  const below = Math.floor(place);
  const low = ascending[below]!;
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!;
  return low + (high - low) * (place - below);
}

/** Result of {@linkcode chiSquare}. */
export interface ChiSquare {
  statistic: number;
  degreesOfFreedom: number;
  pValue: number;
}

/**
 * Pearson's chi-square test of counts against a fully known law. A cell of probability 0 must hold no
 * count (one there gives an infinite statistic and p = 0) and costs no degree of freedom.
 *
 * @throws {RangeError} when the lengths differ, a count is not a whole number of at least 0, a probability is
 * negative or not finite, there is no observation, or fewer than two cells have positive probability.
 */
export function chiSquare(
  observed: ArrayLike<number>,
  probabilities: ArrayLike<number>,
): ChiSquare {
  if (observed.length !== probabilities.length) {
    throw new RangeError(
      `chiSquare: got ${observed.length} counts and ${probabilities.length} probabilities, expected the same number`,
    );
  }
  let total = 0;
  let mass = 0;
  let cells = 0;
  for (let i = 0; i < observed.length; i++) {
    const count = observed[i]!;
    const probability = probabilities[i]!;
    if (!Number.isInteger(count) || count < 0) {
      throw new RangeError(`chiSquare: got count ${count}, expected whole numbers of at least 0`);
    }
    if (!(probability >= 0 && probability < Infinity)) {
      throw new RangeError(
        `chiSquare: got probability ${probability}, expected numbers of at least 0`,
      );
    }
    total += count;
    mass += probability;
    if (probability > 0) cells++;
  }
  if (total === 0) {
    throw new RangeError("chiSquare: got no observation, expected at least one");
  }
  if (cells < 2) {
    throw new RangeError(
      `chiSquare: got ${cells} cells of positive probability, expected at least 2`,
    );
  }
  let statistic = 0;
  for (let i = 0; i < observed.length; i++) {
    const expected = total * probabilities[i]! / mass;
    if (expected > 0) statistic += (observed[i]! - expected) ** 2 / expected;
    // What cannot happen was seen: no other cell can make up for it.
    else if (observed[i]! > 0) statistic = Infinity;
  }
  const degreesOfFreedom = cells - 1;
  return { statistic, degreesOfFreedom, pValue: chiSquareSurvival(statistic, degreesOfFreedom) };
}

/** A straight line `ln y = intercept + slope · ln x`. */
export interface LogLogSlope {
  slope: number;
  intercept: number;
  /** Standard error of the slope; `NaN` for two points. */
  standardError: number;
}

/**
 * Least-squares slope of `ln y` against `ln x`: the exponent of a power law.
 *
 * @throws {RangeError} when the lengths differ, are below 2, a value is not above 0, or all x are equal.
 */
export function logLogSlope(xs: ArrayLike<number>, ys: ArrayLike<number>): LogLogSlope {
  if (xs.length !== ys.length) {
    throw new RangeError(
      `logLogSlope: got ${xs.length} and ${ys.length} values, expected the same number`,
    );
  }
  needAtLeast("logLogSlope", xs, 2);
  const n = xs.length;
  const logs = (values: ArrayLike<number>) =>
    Float64Array.from(values, (value) => {
      if (!(value > 0)) throw new RangeError(`logLogSlope: got ${value}, expected values above 0`);
      return Math.log(value);
    });
  const u = logs(xs);
  const v = logs(ys);
  const centreU = mean(u);
  const centreV = mean(v);
  let cross = 0;
  let square = 0;
  for (let i = 0; i < n; i++) {
    cross += (u[i]! - centreU) * (v[i]! - centreV);
    square += (u[i]! - centreU) ** 2;
  }
  if (square === 0) {
    throw new RangeError("logLogSlope: got one and the same x everywhere, expected different ones");
  }
  const slope = cross / square;
  const intercept = centreV - slope * centreU;
  let residual = 0;
  for (let i = 0; i < n; i++) residual += (v[i]! - intercept - slope * u[i]!) ** 2;
  return { slope, intercept, standardError: Math.sqrt(residual / (n - 2) / square) };
}

function needAtLeast(name: string, values: ArrayLike<number>, least: number): void {
  if (values.length < least) {
    throw new RangeError(`${name}: got ${values.length} values, expected at least ${least}`);
  }
}
