import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { betaRatio, logGamma, upperGammaRatio } from "offprint/special_functions.ts";
import * as stats from "offprint/stats.ts";
import { stream } from "offprint/random.ts";

Deno.test("special functions meet closed forms", () => {
  assertAlmostEquals(logGamma(0.5), Math.log(Math.sqrt(Math.PI)), 1e-14);
  assertAlmostEquals(logGamma(10), Math.log(362880), 1e-13);
  for (const x of [0.1, 1, 3, 10, 50]) {
    assertAlmostEquals(upperGammaRatio(1, x), Math.exp(-x), 1e-13 * Math.exp(-x) + 1e-15);
    assertAlmostEquals(upperGammaRatio(2, x), (1 + x) * Math.exp(-x), 1e-14);
  }
  assertAlmostEquals(betaRatio(0.3, 1, 4), 1 - 0.7 ** 4, 1e-14);
  assertAlmostEquals(betaRatio(0.8, 2, 2), 0.64 * (3 - 1.6), 1e-14);
});

Deno.test("tables of the normal, Student and chi-square laws", () => {
  assertAlmostEquals(stats.normalCdf(1.959963984540054), 0.975, 1e-13);
  assertAlmostEquals(stats.normalCdf(-8), 6.22096057427178e-16, 1e-26);
  assertAlmostEquals(stats.normalQuantile(0.975), 1.959963984540054, 1e-12);
  assertAlmostEquals(stats.studentQuantile(0.975, 1), 12.706204736432095, 1e-9);
  assertAlmostEquals(stats.studentQuantile(0.975, 9), 2.2621571627982044, 1e-11);
  assertAlmostEquals(stats.studentCdf(1, 1), 0.75, 1e-14);
  assertAlmostEquals(stats.studentCdf(2, 9), studentCdf9(2), 1e-14);
  assertAlmostEquals(stats.chiSquareSurvival(3.841458820694124, 1), 0.05, 1e-13);
  assertAlmostEquals(stats.chiSquareSurvival(14.067140449340169, 7), 0.05, 1e-13);
  assertThrows(() => stats.normalQuantile(1), RangeError, "inside (0, 1)");
});

/** Student's law with 9 degrees of freedom in closed form. */
function studentCdf9(t: number): number {
  const angle = Math.atan(t / 3);
  const c = Math.cos(angle);
  const odd = c + 2 / 3 * c ** 3 + 8 / 15 * c ** 5 + 16 / 35 * c ** 7;
  return 0.5 + (angle + Math.sin(angle) * odd) / Math.PI;
}

Deno.test("mean, variance and standard error; too few values are refused", () => {
  assertEquals(stats.mean([1, 2, 3, 6]), 3);
  assertEquals(stats.variance([1, 2, 3, 6]), 14 / 3);
  assertAlmostEquals(stats.standardError([1, 2, 3, 6]), Math.sqrt(14 / 12), 1e-15);
  assertThrows(() => stats.mean([]), RangeError, "got 0 values");
  assertThrows(() => stats.variance([1]), RangeError, "at least 2");
});

Deno.test("running moments equal the plain ones, merged or not", () => {
  const random = stream(3, "moments");
  const values = Array.from({ length: 1000 }, () => 1e6 + random.normal());
  const whole = new stats.RunningMoments();
  const parts = [new stats.RunningMoments(), new stats.RunningMoments()] as const;
  values.forEach((value, i) => {
    whole.add(value);
    parts[i < 300 ? 0 : 1].add(value);
  });
  parts[0].merge(parts[1]);
  parts[0].merge(new stats.RunningMoments());
  for (const moments of [whole, parts[0]]) {
    assertEquals(moments.count, 1000);
    assertAlmostEquals(moments.mean, stats.mean(values), 1e-8);
    assertAlmostEquals(moments.variance, stats.variance(values), 1e-9);
  }
  assert(Number.isNaN(new stats.RunningMoments().mean));
});

Deno.test("zScore: equal is 0, unequal without error is infinite", () => {
  assertEquals(stats.zScore(3, 1, 0.5), 4);
  assertEquals(stats.zScore(1, 1, 0), 0);
  assertEquals(stats.zScore(2, 1, 0), Infinity);
});

Deno.test("wilson stays inside [0, 1] and covers as it says", () => {
  assertEquals(stats.wilson(0, 10).low, 0);
  assertEquals(stats.wilson(10, 10).high, 1);
  assertThrows(() => stats.wilson(3, 2), RangeError, "successes");
  const random = stream(5, "wilson");
  let covered = 0;
  for (let trial = 0; trial < 2000; trial++) {
    let successes = 0;
    for (let i = 0; i < 40; i++) if (random.uniform() < 0.3) successes++;
    const { low, high } = stats.wilson(successes, 40);
    if (low <= 0.3 && 0.3 <= high) covered++;
  }
  assert(covered / 2000 > 0.93 && covered / 2000 < 0.98, `covered ${covered / 2000}`);
});

Deno.test("intervals of a mean cover as they say", () => {
  const random = stream(6, "intervals");
  let student = 0;
  let bootstrap = 0;
  const trials = 300;
  for (let trial = 0; trial < trials; trial++) {
    const a = Array.from({ length: 30 }, () => 2 + random.normal());
    const b = Array.from({ length: 30 }, () => 1 + random.normal());
    const t = stats.meanInterval(a.map((value, i) => value - b[i]!));
    if (t.low <= 1 && 1 <= t.high) student++;
    const p = stats.pairedBootstrap(a, b, { seed: trial, resamples: 500 });
    if (p.low <= 1 && 1 <= p.high) bootstrap++;
  }
  assert(student / trials > 0.91 && student / trials < 0.99, `Student ${student / trials}`);
  assert(bootstrap / trials > 0.88 && bootstrap / trials < 0.99, `bootstrap ${bootstrap / trials}`);
  assertThrows(() => stats.pairedBootstrap([1], [1, 2], { seed: 1 }), RangeError, "pairs");
});

Deno.test("the bootstrap repeats itself for the same seed", () => {
  const a = [1, 2, 4, 8];
  const b = [0, 2, 3, 5];
  assertEquals(
    stats.pairedBootstrap(a, b, { seed: 1 }),
    stats.pairedBootstrap(a, b, { seed: 1 }),
  );
});

Deno.test("a bootstrap is that of its own draws, bit for bit, whatever was resampled before it", () => {
  // The last takes too many draws to keep.
  const cases = [[7, 1, 50], [7, 1, 50], [7, 2, 50], [8, 2, 50], [8, 2, 60], [
    70_000,
    3,
    60,
  ]] as const;
  for (const [n, seed, resamples] of cases) {
    const values = Float64Array.from({ length: n }, (_, i) => Math.sin(i * i + n) / 3);
    const random = stream(seed, "paired bootstrap");
    const means = Float64Array.from({ length: resamples }, () => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += values[random.integer(n)]!;
      return sum / n;
    }).sort();
    assertEquals(
      stats.pairedBootstrap(values, new Float64Array(n), { seed, resamples, level: 0.5 }),
      {
        mean: stats.mean(values),
        low: stats.quantile(means, 0.25),
        high: stats.quantile(means, 0.75),
        n,
      },
    );
  }
});

Deno.test("chi-square: Mendel's peas, empty cells, forbidden counts", () => {
  const peas = stats.chiSquare([315, 101, 108, 32], [9, 3, 3, 1]);
  assertAlmostEquals(peas.statistic, 0.470024, 1e-6);
  assertEquals(peas.degreesOfFreedom, 3);
  assertAlmostEquals(peas.pValue, 0.925426, 1e-6);
  assertEquals(stats.chiSquare([5, 5, 0], [0.5, 0.5, 0]).degreesOfFreedom, 1);
  assertEquals(stats.chiSquare([5, 5, 1], [0.5, 0.5, 0]).pValue, 0);
  assertThrows(() => stats.chiSquare([1], [1, 1]), RangeError, "the same number");
  assertThrows(() => stats.chiSquare([1, 0], [1, 0]), RangeError, "at least 2");
  assertThrows(() => stats.chiSquare([0, 0], [0.5, 0.5]), RangeError, "no observation");
  assertThrows(() => stats.chiSquare([1.5, 2], [0.5, 0.5]), RangeError, "got count 1.5");
  assertThrows(() => stats.chiSquare([1, NaN], [0.5, 0.5]), RangeError, "got count NaN");
  assertThrows(() => stats.chiSquare([1, 2], [1.5, -0.5]), RangeError, "got probability -0.5");
});

Deno.test("log-log slope finds the exponent of a power law", () => {
  const xs = [10, 100, 1000, 10_000];
  const exact = stats.logLogSlope(xs, xs.map((x) => 3 * x ** (2 / 3)));
  assertAlmostEquals(exact.slope, 2 / 3, 1e-12);
  assertAlmostEquals(Math.exp(exact.intercept), 3, 1e-10);
  assert(exact.standardError < 1e-12);
  assertThrows(() => stats.logLogSlope([1, 2], [0, 1]), RangeError, "above 0");
  assertThrows(() => stats.logLogSlope([2, 2], [3, 1]), RangeError, "same x");
});

Deno.test("quantile interpolates between neighbours", () => {
  assertEquals(stats.quantile([0, 10], 0.25), 2.5);
  assertEquals(stats.quantile([1, 2, 3], 1), 3);
  assertThrows(() => stats.quantile([1, 2], 1.1), RangeError, "in [0, 1]");
});
