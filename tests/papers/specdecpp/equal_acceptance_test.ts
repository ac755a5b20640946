import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { constantDiscard, timePerToken } from "offprint/decoding/policies/mod.ts";
import { constantCost, constantRates, solveIndependent } from "offprint/papers/specdecpp/mod.ts";
import { costs } from "./acceptance_costs.ts";

Deno.test("independent acceptance: table of λ, V and D", () => {
  const table: [number, number, number, number][] = [
    [1, 2.333333, 0.555556, 0.111111],
    [2, 1.868852, 0.409836, 0.229508],
    [3, 1.710027, 0.338753, 0.355014],
    [4, 1.677297, 0.297477, 0.487387],
    [5, 1.710556, 0.271056, 0.626334],
    [6, 1.783807, 0.253073, 0.771513],
    [8, 2.003064, 0.231005, 1.079045],
    [12, 2.597791, 0.211635, 1.751252],
  ];
  for (const [K, cost, V, D] of table) {
    const rates = constantRates(0.8, K);
    assertAlmostEquals(constantCost(costs, 0.8, K), cost, 1e-6);
    assertAlmostEquals(rates.verification, V, 1e-6);
    assertAlmostEquals(rates.discard, D, 1e-6);
    assertAlmostEquals(rates.discard, constantDiscard(K, rates.verification), 1e-12);
    // λ counts what comes on top of one draft pass a token
    assertAlmostEquals(timePerToken({ draft: 1, target: 5 }, rates), 1 + cost, 1e-6);
  }
});

Deno.test("independent acceptance: exact threshold and the theorem's", () => {
  const solution = solveIndependent(costs, 0.8);
  assertEquals(solution.candidates, 4);
  assertAlmostEquals(solution.cost, 1.6772965, 1e-7);
  assertAlmostEquals(solution.threshold, 0.626489, 1e-6);
  assert(1 - 0.8 ** 4 < solution.threshold && 1 - 0.8 ** 5 >= solution.threshold);
  assertAlmostEquals(solution.theoremConstant, 2.3227035, 1e-7);
  assertAlmostEquals(solution.theoremConstant, costs.verification - solution.cost, 1e-12);
  assertAlmostEquals(solution.theoremThreshold, 0.69904, 1e-6);
  assertEquals(solution.theoremCandidates, 6);
});

Deno.test("independent acceptance: K* is where the exact rule stops, the theorem never stops earlier", () => {
  const acceptance = fc.double({ min: 0, max: 0.97, noNaN: true });
  const verification = fc.double({ min: 0.1, max: 50, noNaN: true });
  fc.assert(
    fc.property(acceptance, verification, (alpha, verification) => {
      const costs = { discard: 1, verification };
      const s = solveIndependent(costs, alpha);
      assertAlmostEquals(s.theoremConstant, verification - s.cost, 1e-9);
      assert(s.theoremCandidates >= s.candidates);
      const K = s.candidates;
      assert(1 - alpha ** (K + 1) >= s.threshold - 1e-9);
      if (K > 0) assert(1 - alpha ** K <= s.threshold + 1e-9);
    }),
    { numRuns: 300, seed: 3 },
  );
});
