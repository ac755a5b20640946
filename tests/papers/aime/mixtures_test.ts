import { assert, assertAlmostEquals } from "@std/assert";
import fc from "fast-check";
import { bestMixture, mixture, totalVariation, unionRate } from "offprint/papers/aime/mod.ts";

const target = [0.10, 0.50, 0.25, 0.15];
const policies = [[0.30, 0.60, 0.05, 0.05], [0.40, 0.10, 0.45, 0.05], [0.45, 0.10, 0.05, 0.40]];
const utility = [0, 1, 0.8, 0.3];
const near = (got: readonly number[], expected: readonly number[]) =>
  expected.forEach((value, i) => assertAlmostEquals(got[i]!, value, 1e-9));
const pick = (...places: number[]) => places.map((at) => policies[at]!);
const expectation = (p: readonly number[]) => p.reduce((sum, x, i) => sum + x * utility[i]!, 0);

Deno.test("distances of the three policies", () => {
  near(policies.map((policy) => totalVariation(target, policy)), [0.3, 0.5, 0.6]);
});

Deno.test("the best mixture, its pairs, the uniform one and the nested values", () => {
  const best = bestMixture(target, policies);
  assertAlmostEquals(best.distance, 0.22, 1e-9);
  near(best.weights, [0.8, 0.2, 0]);
  near(
    [pick(0, 1), pick(0, 2), pick(1, 2)].map((pair) => bestMixture(target, pair).distance),
    [0.22, 0.23, 0.40],
  );
  near([totalVariation(target, mixture(policies, [1 / 3, 1 / 3, 1 / 3]))], [0.3]);
  near([1, 2, 3].map((k) => bestMixture(target, policies.slice(0, k)).distance), [0.3, 0.22, 0.22]);
});

Deno.test("the bound holds, and a smaller distance need not give a smaller gap", () => {
  const best = mixture(policies, [0.8, 0.2, 0]);
  near([target, ...policies, best].map(expectation), [0.745, 0.655, 0.475, 0.26, 0.619]);
  for (const policy of [...policies, best]) {
    const gap = Math.abs(expectation(target) - expectation(policy));
    assert(gap <= totalVariation(target, policy) + 1e-12);
  }
  assert(expectation(policies[0]!) > expectation(best));
});

Deno.test("union of independent evaluators, and one that always approves", () => {
  near(
    [unionRate([0.3, 0.5, 0.2]), unionRate([0.3, 0, 0.2]), unionRate([0.02, 0.05, 0.3])],
    [0.72, 0.44, 0.3483],
  );
});

const distribution = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 4 }).map(
  (weights) => weights.map((weight) => weight / weights.reduce((a, b) => a + b)),
);

Deno.test("more policies never make the best mixture worse, and no grid point beats it", () => {
  fc.assert(
    fc.property(fc.tuple(distribution, distribution, distribution, distribution), (all) => {
      const [goal, ...others] = all;
      const three = bestMixture(goal, others);
      assert(three.distance <= bestMixture(goal, others.slice(0, 2)).distance + 1e-9);
      assertAlmostEquals(three.weights.reduce((a, b) => a + b), 1, 1e-9);
      for (let a = 0; a <= 10; a++) {
        for (let b = 0; a + b <= 10; b++) {
          const weights = [a / 10, b / 10, (10 - a - b) / 10];
          assert(three.distance <= totalVariation(goal, mixture(others, weights)) + 1e-9);
        }
      }
    }),
    { seed: 3, numRuns: 50 },
  );
});
