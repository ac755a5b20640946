import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  biasedAcceptance,
  binaryDivergence,
  unbiasedAcceptance,
  weightedLoss,
} from "offprint/decoding/heads/mod.ts";

Deno.test("bias of the weighted loss: table, inverse, minimiser by gradient descent", () => {
  const table = [[0.99, 0.942857], [0.95, 0.76], [0.9, 0.6], [0.8, 0.4], [0.5, 0.142857]];
  for (const [a, expected] of table) {
    assertAlmostEquals(biasedAcceptance(a!, 6), expected!, 1e-6);
    assertAlmostEquals(unbiasedAcceptance(biasedAcceptance(a!, 6), 6), a!, 1e-12);
    assertEquals(biasedAcceptance(a!, 1), a!);
    for (const weight of [1, 3, 6, 12]) {
      let logit = 0;
      const loss = (x: number) => weightedLoss(a!, 1 / (1 + Math.exp(-x)), weight);
      for (let step = 0; step < 4000; step++) {
        logit -= 0.5 * (loss(logit + 1e-5) - loss(logit - 1e-5)) / 2e-5;
      }
      assertAlmostEquals(1 / (1 + Math.exp(-logit)), biasedAcceptance(a!, weight), 1e-4);
    }
  }
  assertEquals([biasedAcceptance(0, 6), biasedAcceptance(1, 6)], [0, 1]);
  assertEquals([unbiasedAcceptance(0, 6), unbiasedAcceptance(1, 6)], [0, 1]);
  assertEquals(binaryDivergence(0.3, 0.3), 0);
  assertEquals([binaryDivergence(0, 0), binaryDivergence(1, 1)], [0, 0]);
  assertEquals(binaryDivergence(0.5, 1), Infinity);
  assertEquals([weightedLoss(1, 1, 6), weightedLoss(0, 0, 6)].map(Math.abs), [0, 0]);
});
