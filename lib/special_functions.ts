/**
 * The few special functions behind the tests and intervals of `stats.ts`, in float64.
 * Relative accuracy is 1e-12 or better for the arguments statistics meet; the tests hold the golden values.
 *
 * @module
 */

const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** `ln Γ(x)` for `x > 0` (Lanczos, g = 7, 9 terms). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (shifted + i);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Iterations after which a series or continued fraction is taken as it is. */
const MAX_TERMS = 10_000;
/** Keeps Lentz's continued fractions away from a division by zero. */
const TINY = 1e-300;

/**
 * The regularised upper incomplete gamma function `Q(a, x) = Γ(a, x) / Γ(a)`, for `a > 0`, `x ≥ 0`:
 * the series of `P = 1 − Q` below `a + 1`, Lentz's continued fraction above.
 */
export function upperGammaRatio(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  const scale = Math.exp(-x + a * Math.log(x) - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < MAX_TERMS && Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - sum * scale;
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < MAX_TERMS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / away(numerator * d + b);
    c = away(b + numerator / c);
    const factor = c * d;
    fraction *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return fraction * scale;
}

/** The regularised incomplete beta function `I_x(a, b)`, for `a, b > 0`, `x ∈ [0, 1]` (Lentz). */
export function betaRatio(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaRatio(1 - x, b, a);
  const scale = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  let c = 1;
  let d = 1 / away(1 - (a + b) * x / (a + 1));
  let fraction = d;
  for (let m = 1; m < MAX_TERMS; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= c * d;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return scale * fraction / a;
}

function away(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}

/** Probability that a standard normal number is at most `z`. */
export function normalCdf(z: number): number {
  const tail = 0.5 * upperGammaRatio(0.5, z * z / 2);
  return z > 0 ? 1 - tail : tail;
}

/** Probability that a chi-square number exceeds `x`. */
export function chiSquareSurvival(x: number, degreesOfFreedom: number): number {
  return upperGammaRatio(degreesOfFreedom / 2, x / 2);
}

/** Probability that a Student number is at most `t`. */
export function studentCdf(t: number, degreesOfFreedom: number): number {
  const tail = 0.5 *
    betaRatio(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

/** The `z` with `normalCdf(z) = probability`, for a probability strictly between 0 and 1. */
export function normalQuantile(probability: number): number {
  return invert(normalCdf, probability);
}

/** The `t` with `studentCdf(t, degreesOfFreedom) = probability`, for a probability strictly between 0 and 1. */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  return invert((t) => studentCdf(t, degreesOfFreedom), probability);
}

/** Solves `cdf(x) = probability` for a distribution symmetric about 0, by bisection to the last bit that moves. */
function invert(cdf: (x: number) => number, probability: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`quantile: got probability ${probability}, expected one inside (0, 1)`);
  }
  if (probability === 0.5) return 0;
  // The lower tail keeps its relative accuracy; the upper one is its mirror image.
  if (probability > 0.5) return -invert(cdf, 1 - probability);
  let low = -1;
  while (cdf(low) > probability) low *= 2;
  let high = 0;
  while (true) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (cdf(middle) > probability) high = middle;
    else low = middle;
  }
}
