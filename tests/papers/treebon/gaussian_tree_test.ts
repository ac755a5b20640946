/** The normal tree: printed values of the map, and best-of-N by integration. */
import { assert, assertAlmostEquals } from "@std/assert";
import { bestOfNMean, gaussianTree } from "offprint/papers/treebon/mod.ts";
import { stream } from "offprint/random.ts";

Deno.test("means of best-of-N are the printed ones", () => {
  [[1, 0], [2, 1 / Math.sqrt(Math.PI)], [8, 1.4236], [16, 1.766], [32, 2.0697], [64, 2.3437], [
    128,
    2.5946,
  ]]
    .forEach(([n, printed]) => assertAlmostEquals(bestOfNMean(n!), printed!, 6e-5));
});

Deno.test("spot values of the map lie within four standard errors and the print's rounding", () => {
  for (const [rho, value, winRate] of [[1, 3.692, 0.973], [0.3, 3.042, 0.768], [0, 2.418, 0.385]]) {
    const worth = gaussianTree({ n: 128, children: 4, layers: 4, rho: rho! }, {
      trees: 6000,
      random: stream(1, "spot", rho!),
    });
    const close = (got: { mean: number; standardError: number }, printed: number, own: number) => {
      const z = (got.mean - printed) / Math.hypot(got.standardError, own);
      assert(Math.abs(z) < 4, `rho ${rho}: ${got.mean} against ${printed}, z = ${z}`);
    };
    close(worth.value, value!, 0.003);
    close(worth.winRate, winRate!, 0.001);
  }
});

Deno.test("a tree of one layer is best-of-N, and each boundary may have its own correlation", () => {
  const options = { trees: 20000, against: 8 };
  const flat = gaussianTree({ n: 8, children: 8, layers: 1, rho: 0 }, {
    ...options,
    random: stream(2, "flat"),
  });
  assertAlmostEquals(flat.value.mean, bestOfNMean(8), 4 * flat.value.standardError);
  assertAlmostEquals(flat.winRate.mean, 0.5, 4 * flat.winRate.standardError);
  const shape = { n: 16, children: 4, layers: 3 };
  const same = gaussianTree({ ...shape, rho: 0.5 }, { trees: 500, random: stream(3, "same") });
  const each = gaussianTree({ ...shape, rho: [0.5, 0.5] }, {
    trees: 500,
    random: stream(3, "same"),
  });
  assertAlmostEquals(same.value.mean, each.value.mean, 0);
  const late = gaussianTree({ ...shape, rho: [0, 1] }, { trees: 4000, random: stream(4, "late") });
  const early = gaussianTree({ ...shape, rho: [1, 0] }, { trees: 4000, random: stream(4, "late") });
  assert(late.value.mean > early.value.mean);
});
