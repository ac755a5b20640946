import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  accepts,
  residual,
  softmax,
  tokenAt,
  totalVariation,
} from "offprint/decoding/verification/mod.ts";
import { stream } from "offprint/random.ts";
import { randomDistribution } from "../fixtures.ts";

Deno.test("softmax is exact in float64, whatever the offset", () => {
  const logits = Float32Array.of(0.5, -1, 3);
  const weights = [...logits].map(Math.exp);
  const sum = weights.reduce((total, weight) => total + weight);
  softmax(logits).forEach((p, i) => assertAlmostEquals(p, weights[i]! / sum, 1e-15));
  softmax(logits.map((x) => x + 1024)).forEach((p, i) =>
    assertAlmostEquals(p, weights[i]! / sum, 1e-15)
  );
});

Deno.test("softmax refuses NaN, +Infinity and rows without a finite logit", () => {
  for (const logits of [[NaN, 0], [0, NaN], [Infinity, 0], [-Infinity, -Infinity], []]) {
    assertThrows(() => softmax(logits), RangeError, "softmax: got");
  }
});

Deno.test("softmax results do not overlap, small or large", () => {
  const many = Array.from({ length: 300 }, (_, i) => softmax(new Float32Array(1 + i % 40)));
  many.forEach((row, i) => {
    assertEquals(row.length, 1 + i % 40);
    row.forEach((p) => assertAlmostEquals(p, 1 / row.length, 1e-15));
  });
});

Deno.test("total variation of equal, disjoint and different distributions", () => {
  assertEquals(totalVariation([0.5, 0.5], [0.5, 0.5]), 0);
  assertEquals(totalVariation([1, 0], [0, 1]), 1);
  assertAlmostEquals(totalVariation([0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]), 0.4, 1e-15);
  assertThrows(() => totalVariation([1], [0.5, 0.5]), RangeError, "got 1 and 2");
});

Deno.test("the residual is the normalised positive part", () => {
  assertEquals([...residual([0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1])].slice(0, 2), [0, 0]);
  const r = residual([0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]);
  assertAlmostEquals(r[2]!, 1 / 4, 1e-15);
  assertAlmostEquals(r[3]!, 3 / 4, 1e-15);
});

Deno.test("the residual of equal distributions, exact or up to rounding, is the target", () => {
  const q = [0.1, 0.2, 0.7];
  assertEquals([...residual(q, q)], q);
  assertEquals([...residual(q, [0.1 + 1e-16, 0.2 - 1e-16, 0.7])], q);
  const copy = residual(q, q);
  copy[0] = 1;
  assertEquals(q[0], 0.1);
});

Deno.test("a large flat residual is not dominated by rounding", () => {
  const size = 50_000;
  const draft = new Float64Array(size).fill(1 / size);
  const target = draft.map((p, i) => p * (1 + (i % 2 === 0 ? 1e-6 : -1e-6)));
  const r = residual(target, draft);
  r.forEach((value, i) => assertAlmostEquals(value, i % 2 === 0 ? 2 / size : 0, 1e-9 / size * 1e3));
});

Deno.test("tokenAt clamps to the last token of positive probability and never draws a zero", () => {
  const u = 1 - 2 ** -53;
  assertEquals(tokenAt([0.5, 0.5 - 1e-10], u), 1);
  assertEquals(tokenAt([0.5, 0.5 - 1e-10, 0], u), 1);
  assertEquals(tokenAt([0, 1, 0], 0), 1);
  assertEquals(tokenAt([0, 1, 0], u), 1);
  assertEquals(tokenAt([0.25, 0.25, 0.5], 0.25), 1);
});

Deno.test("acceptance coin: equal probabilities always accept, zero mass never", () => {
  const random = stream(1, "accepts");
  const largest = 1 - 2 ** -53;
  for (let i = 0; i < 1000; i++) {
    for (const p of randomDistribution(random, 5, 0)) assert(accepts(largest, p, p));
  }
  assertEquals(accepts(0, 0.5, 0), false);
  // a drafted token of draft probability 0 cannot be; a cached distribution that says so is rejected, never NaN
  assertEquals(accepts(0, 0, 0), false);
  assertEquals(accepts(0, 0.5, 1e-300), true);
});
