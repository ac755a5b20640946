import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  ascend,
  ascendPlainly,
  pairTerms,
  rescaledSteps,
  sharesOf,
  singleRoute,
} from "offprint/preference/sail/mod.ts";
import { assertVector, BANDIT, randomWorld, THETA } from "./tabular_worlds.ts";

Deno.test("without coefficients DDP and DPP follow DPO when the step size is divided", () => {
  const world = randomWorld(7);
  const dpo = ascend(world, {}, { steps: 200, stepSize: 0.5 });
  for (
    const mixture of [{ DDP: { share: 0.4, coefficient: 0 } }, {
      DPP: { share: 0.3, coefficient: 0 },
    }]
  ) {
    const share = 1 - sharesOf(mixture).DPO.share;
    const same = ascend(world, mixture, { steps: 200, stepSize: 0.5 / (1 - share) });
    assertVector(same.theta, [...dpo.theta], 1e-12);
    // More steps of the same size: equal but for the error of Euler's method.
    const more = ascend(world, mixture, {
      steps: Math.round(rescaledSteps(200, mixture)),
      stepSize: 0.5,
    });
    const gap = Math.max(...more.theta.map((value, k) => Math.abs(value - dpo.theta[k]!)));
    assert(gap > 1e-9 && gap < 2e-2, `${gap}`);
  }
});

Deno.test("the fast form gives the bits of the plain one, for every mixture and option", () => {
  const mixtures = [
    sharesOf({}),
    sharesOf({ DDP: { share: 0.4, coefficient: 0.2 } }),
    sharesOf({ DPP: { share: 0.3, coefficient: 0.2 } }),
    sharesOf({ DPR: { share: 0.3, coefficient: 0 } }),
    sharesOf({ DDP: { share: 0.2, coefficient: 1 }, DPR: { share: 0.3, coefficient: 0.3 } }),
    singleRoute("DPP", 0.5),
  ];
  for (const shares of mixtures) {
    for (const more of [{}, { ties: "drop" }, { reverseKl: 0.1 }] as const) {
      const options = { steps: 60, stepSize: 0.5, ...more };
      const seen: Float64Array[] = [];
      const fast = ascend(randomWorld(3), shares, {
        ...options,
        onStep: (_, __, [row]) => seen.push(row!),
      });
      assertEquals(fast, ascendPlainly(randomWorld(3), shares, options));
      assert(seen.length === 61 && seen[0]![0] !== seen[60]![0], "each step has rows of its own");
    }
  }
});

Deno.test("the published hook has the other sign", () => {
  const pair = { first: -20, second: -25, firstReference: -21, secondReference: -24 };
  const formula = pairTerms(pair, { beta: 0.1, probability: 1 });
  assertAlmostEquals(formula.margin, 0.2, 1e-12);
  assertAlmostEquals(formula.value, -0.598139, 5e-7);
  assertAlmostEquals(formula.pair, 0.0450166, 5e-8);
  assertVector(formula.response.map((w) => 0.2 * w), [-0.119628, -0.119628], 5e-7);
  assertAlmostEquals(0.2 * formula.label / formula.pair, -0.119628, 5e-7);
  const published = pairTerms(pair, { beta: 0.1, probability: 1, mode: "as-published" });
  assertVector(published.response.map((w) => 0.2 * w), [0.005981, 0.004785], 5e-7);
});

Deno.test("the published hook is singular; the ascent stops and names the response", () => {
  for (const [stepSize, within] of [[0.1, 1000], [2, 50]] as const) {
    const { steps, stopped, theta } = ascend(BANDIT, singleRoute("DPR", 0.2), {
      steps: 5000,
      stepSize,
      start: THETA,
      mode: "as-published",
    });
    assert(steps < within, `${steps} steps`);
    assert(theta.every(Number.isFinite));
    assert(
      /^step \d+: as-published response term of response 0 of prompt 0: got log π = 0/.test(
        stopped!,
      ),
    );
  }
});
