/** Correlations of scores with quality, printed and by simulation. */
import { assertAlmostEquals } from "@std/assert";
import { correlation } from "offprint/correlation.ts";
import { harmonicNumber, scoreCorrelation } from "offprint/papers/treebon/mod.ts";
import { stream } from "offprint/random.ts";

const K = 48;
const falling = Array.from({ length: K }, (_, k) => 1 / (k + 1));
const flat = new Array<number>(K).fill(1);
const weak = flat.map(() => 0.1);

Deno.test("the four printed correlations, and their simulations within .01", () => {
  for (
    const [signal, weights, printed] of [
      [falling, flat, 0.541183],
      [falling, falling, 0.786733],
      [weak, flat, 0.569495],
      [weak, falling, 0.330225],
    ] as const
  ) {
    assertAlmostEquals(scoreCorrelation(signal, weights), printed, 1e-6);
    const qualities: number[] = [];
    const random = stream(1, "signal", printed);
    const scores = Array.from({ length: 40000 }, () => {
      const quality = random.normal();
      qualities.push(quality);
      return signal.reduce((sum, s, k) => sum + weights[k]! * (s * quality + random.normal()), 0);
    });
    assertAlmostEquals(correlation(scores, qualities), printed, 0.01);
  }
});

Deno.test("harmonic numbers are the printed ones", () => {
  for (
    const [K, printed] of [[48, 4.4588], [96, 5.1468], [144, 5.5505], [192, 5.8373], [384, 6.5292]]
  ) {
    assertAlmostEquals(harmonicNumber(K!), printed!, 5e-5);
  }
});
