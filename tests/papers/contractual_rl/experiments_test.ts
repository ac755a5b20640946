import { assert } from "@std/assert";
import { marginRegret } from "offprint/papers/contractual_rl/experiments.ts";
import { variance } from "offprint/stats.ts";

Deno.test("learners of one seed see the same draws at every cap: paired differences spread less", () => {
  const seeds = [1, 2, 3, 4, 5, 6];
  const regrets = (cap: number) =>
    seeds.map((seed) => marginRegret({ cap, rounds: 2000 }, seed).regret);
  const [low, high] = [regrets(0.5), regrets(1)];
  const paired = variance(high.map((regret, i) => regret - low[i]!));
  // With draws of their own the variance of the differences would be the sum of both on average.
  assert(paired < (variance(low) + variance(high)) / 4, `${paired}`);
});
