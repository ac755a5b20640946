/** Correlations within prompts, and what the map makes of them. */
import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { correlationWithin, gaussianTree, predictTree } from "offprint/papers/treebon/mod.ts";
import { stream } from "offprint/random.ts";

Deno.test("differences between prompts do not count", () => {
  const prompts = [0, 100].map((level) => ({
    scores: [1, 2, 3, 4].map((value) => value + level),
    rewards: [4, 3, 2, 1].map((value) => value + level),
  }));
  const { mean, low, high, n } = correlationWithin(prompts);
  assertAlmostEquals(mean, -1, 1e-12);
  assert(low <= high && high < 0 && n === 8);
  assertThrows(() => correlationWithin([{ scores: [1, 2], rewards: [1, 2] }]), RangeError);
});

Deno.test("the interval covers the true correlation as often as it says", () => {
  let covered = 0;
  for (let run = 0; run < 300; run++) {
    const random = stream(run, "covered");
    const prompts = Array.from({ length: 10 }, () => {
      const level = random.normal();
      const scores = Array.from({ length: 6 }, () => random.normal());
      const rewards = scores.map((s) => level + 0.6 * s + 0.8 * random.normal());
      return { scores, rewards };
    });
    const { low, high } = correlationWithin(prompts);
    if (low <= 0.6 && 0.6 <= high) covered++;
  }
  assert(covered > 300 * 0.91 && covered < 300 * 0.985, `${covered} of 300`);
});

Deno.test("a prediction from true correlations is the normal tree's win rate", () => {
  const shape = { n: 16, children: 4, layers: 4 };
  const rho = 0.5;
  const boundaries = [1, 2, 3].map((i) => {
    const value = rho * Math.sqrt(i / 4);
    return { mean: value, low: value - 0.1, high: value + 0.1, n: 100 };
  });
  const { mean, low, high } = predictTree(shape, boundaries, { trees: 4000 });
  const truth =
    gaussianTree({ ...shape, rho }, { trees: 4000, random: stream(9, "truth") }).winRate;
  assertAlmostEquals(mean, truth.mean, 4 * Math.SQRT2 * truth.standardError);
  assert(low < mean && mean < high);
  const nothing = boundaries.map(() => ({ mean: -0.2, low: -0.3, high: -0.1, n: 100 }));
  assert(predictTree(shape, nothing, { trees: 1000 }).high < 0.5);
});
