import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import {
  checkThresholdTheorem,
  solveFiniteHorizon,
  solveIndependent,
  stretchChains,
} from "offprint/papers/specdecpp/mod.ts";
import { markovModel } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { costs } from "./acceptance_costs.ts";

Deno.test("finite horizon: golden values and zero violations of the theorem", () => {
  const { cost, candidates } = solveFiniteHorizon(costs, 0.8, 60);
  const golden = [[1, 4], [2, 5], [3, 6.2], [5, 9.2], [10, 17.7022], [20, 34.5255], [40, 68.0774], [
    60,
    101.6234,
  ]];
  for (const [n, value] of golden) assertAlmostEquals(cost[n!]!, value!, 6e-5);
  assertEquals(candidates[60], 4);
  assertEquals([...candidates.slice(0, 3)], [0, 0, 1]);
  // per token the cost tends to λ*
  assertAlmostEquals(cost[60]! - cost[59]!, solveIndependent(costs, 0.8).cost, 1e-3);
  const check = checkThresholdTheorem(costs, 0.8, 60);
  assertAlmostEquals(check.constant, 3, 1e-12);
  assertAlmostEquals(check.threshold, 0.75, 1e-12);
  assertEquals([check.states, check.violations], [1378, 0]);
});

Deno.test("finite horizon: the theorem holds for other costs too, and a lower threshold would not", () => {
  for (const alpha of [0.3, 0.6, 0.9, 0.97]) {
    for (const verification of [0.5, 3.5, 20]) {
      const { violations } = checkThresholdTheorem({ discard: 1, verification }, alpha, 40);
      assertEquals(violations, 0, `α = ${alpha}, c₂ = ${verification}`);
    }
  }
  // at k = 3 the rejection probability is 0.488; stopping there is worse than going on
  const { stop } = solveFiniteHorizon(costs, 0.8, 60);
  assert(stop[60]![3]! > Math.min(...stop[60]!.slice(4)));
});

Deno.test("finite horizon equals a simulation of its own policy's cost on a real decoder", async () => {
  // acceptance 0.8 everywhere: one kind of token; the schedule is the optimal one by remaining tokens
  const pair = stretchChains({ kinds: [{ acceptance: 0.8, share: 1 }], persistence: 0 });
  const { cost, candidates } = solveFiniteHorizon(costs, 0.8, 20);
  let sum = 0;
  let squares = 0;
  const runs = 3000;
  for (let run = 0; run < runs; run++) {
    const result = await speculate({
      draft: markovModel(pair.draft),
      target: markovModel(pair.target),
      maxTokens: 20,
      bonus: true,
      candidates: {
        name: "optimal",
        begin: () => ({
          more: (round) => round.candidates.length < candidates[20 - round.position]!,
        }),
      },
      random: stream(5, "finite horizon", run),
    });
    // With one token left the decoder drafts one all the same; the dynamic programme does not.
    const spent = costs.verification * result.targetCalls + costs.discard * result.discarded;
    sum += spent;
    squares += spent * spent;
  }
  const mean = sum / runs;
  const error = Math.sqrt((squares / runs - mean * mean) / runs);
  assert(mean > cost[20]! - 4 * error);
  assert(mean < cost[20]! + 0.2 + 4 * error, `at most one needless discard: ${mean}, ${cost[20]}`);
});
