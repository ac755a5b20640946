import { assert, assertAlmostEquals } from "@std/assert";
import {
  estimateGradient,
  logPolicy,
  optimalPolicy,
  policyWinRate,
  singleRoute,
  softmaxPolicy,
  type TabularProblem,
} from "offprint/preference/sail/mod.ts";
import { randomWorld } from "./tabular_worlds.ts";

Deno.test("how often a policy's label exchanges a pair", () => {
  for (const [u, rate] of [[0.2, 0.450166], [5, 0.006693]] as const) {
    const problem: TabularProblem = {
      policy: softmaxPolicy([2]),
      reference: [[Math.log(0.5), Math.log(0.5)]],
      reward: [[0, 0]],
      beta: 0.5,
      pairs: [{ prompt: 0, first: 0, second: 1, probability: 1, weight: 1 }],
    };
    // The pair term of a drawn label is β(1 − σ(u)) or −β σ(u): its mean over draws is 0 at the right rate.
    const options = { batch: 40_000, seed: 2, labels: "sample" } as const;
    const { gradient } = estimateGradient(problem, [u / 0.5, 0], singleRoute("DDP", 0), options);
    const flips = 1 - 1 / (1 + Math.exp(-u));
    assertAlmostEquals(flips, rate, 5e-7);
    assertAlmostEquals(gradient[0]!, 0, 4 * 0.5 * Math.sqrt(rate * (1 - rate) / 40_000));
  }
});

Deno.test("a policy wins one half against itself", () => {
  const world = randomWorld(1);
  const logProbs = logPolicy(world.policy, [1, 2, 3]);
  assertAlmostEquals(policyWinRate(world, logProbs, logProbs), 0.5, 1e-12);
  assert(policyWinRate(world, optimalPolicy(world), logProbs) > 0.5);
});
