import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import {
  constantDiscard,
  costsOf,
  extraCost,
  oraclePredictor,
  ratesOf,
  specDecPP,
  timePerToken,
} from "offprint/decoding/policies/mod.ts";
import { lookAheadCounts } from "offprint/papers/specdec_theory/mod.ts";
import {
  solveFiniteHorizon,
  solveIndependent,
  solveKnownAcceptance,
  stretchChains,
  thresholdRates,
} from "offprint/papers/specdecpp/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { costs, kinds } from "./acceptance_costs.ts";

Deno.test("known acceptance: the cost is that of the policy, also where even one candidate does not pay", () => {
  const one = solveKnownAcceptance({ discard: 1, verification: 1 }, [{
    acceptance: 0.1,
    share: 1,
  }]);
  assertAlmostEquals(one.cost, 1.9 / 1.1, 1e-12); // V = 1 ÷ 1.1, D = .9 ÷ 1.1
  for (let seed = 0; seed < 100; seed++) {
    const random = stream(seed, "tests", "known acceptance");
    const costs = {
      discard: 0.05 + 2 * random.uniform(),
      verification: 0.05 + 4 * random.uniform(),
    };
    const share = random.uniform();
    const kinds = [
      { acceptance: random.uniform(), share },
      { acceptance: 0.3 * random.uniform(), share: 1 - share },
    ];
    const { cost, threshold, rates } = solveKnownAcceptance(costs, kinds, 8);
    assertAlmostEquals(cost, extraCost(costs, rates), 1e-12);
    assertEquals(rates, thresholdRates(kinds, { threshold, min: 1, max: 8, lag: 0 }));
    for (let h = 0; h <= 20; h++) {
      const other = thresholdRates(kinds, { threshold: h / 20, min: 1, max: 8, lag: 0 });
      assert(cost <= extraCost(costs, other) + 1e-12, `seed ${seed}, h ${h / 20}`);
    }
  }
});

Deno.test("heterogeneous acceptance: exact table", () => {
  const cost = (policy: Parameters<typeof thresholdRates>[1]) =>
    extraCost(costs, thresholdRates(kinds, policy));
  const best = solveIndependent(costs, 0.82);
  assertEquals(best.candidates, 4);
  assertAlmostEquals(best.cost, 1.574452, 1e-6);

  const atOnce = thresholdRates(kinds, { threshold: 0.4, min: 1, lag: 0 });
  assertAlmostEquals(extraCost(costs, atOnce), 1.37721, 1e-5);
  assertAlmostEquals(atOnce.verification, 0.29718, 1e-5);
  assertAlmostEquals(atOnce.discard, 0.18847, 1e-5);
  const lagged = thresholdRates(kinds, { threshold: 0.4 });
  assertAlmostEquals(lagged.verification, 0.26603, 1e-5);
  assertAlmostEquals(lagged.discard, 0.32977, 1e-5);
  assertAlmostEquals(timePerToken({ draft: 1, target: 5 }, lagged), 2.39388, 1e-5);
  assertAlmostEquals((1 + best.cost) / (1 + cost({ threshold: 0.4 })), 1.075, 5e-4);

  const byThreshold: [number, number][] = [
    [0.1, 1.42094],
    [0.2, 1.39519],
    [0.3, 1.3939],
    [0.5, 1.41069],
    [0.6, 1.54868],
    [0.7, 1.55622],
    [0.8, 1.87771],
    [0.9, 2.25798],
  ];
  for (const [threshold, value] of byThreshold) {
    assertAlmostEquals(cost({ threshold }), value, 1e-5);
  }
  const biased: [number, number][] = [[0.7, 1.39608], [0.3, 1.46825], [0.5, 1.41034], [
    0.9,
    1.47687,
  ]];
  for (const [threshold, value] of biased) {
    assertAlmostEquals(cost({ threshold, rejectionWeight: 6 }), value, 1e-5);
  }
  const six = thresholdRates(kinds, { threshold: 0.7, rejectionWeight: 6 });
  assertAlmostEquals(six.verification, 0.26726, 1e-5);
  assertAlmostEquals(six.discard, 0.32704, 1e-5);
});

Deno.test("heterogeneous acceptance: the optimal threshold, and no other does better", () => {
  const solution = solveKnownAcceptance(costs, kinds);
  assertAlmostEquals(solution.cost, 1.37721, 1e-5);
  assertAlmostEquals(solution.threshold, 0.487, 5e-5);
  for (let h = 0; h <= 1; h += 0.01) {
    const rates = thresholdRates(kinds, { threshold: h, min: 1, lag: 0 });
    assert(extraCost(costs, rates) >= solution.cost - 1e-12);
  }
  // homogeneous acceptance: nothing to gain
  const same = solveKnownAcceptance(costs, [{ acceptance: 0.82, share: 1 }]);
  assertAlmostEquals(same.cost, solveIndependent(costs, 0.82).cost, 1e-12);
  // four kinds stay fast
  const four = [0.99, 0.9, 0.6, 0.2].map((acceptance) => ({ acceptance, share: 0.25 }));
  assertLess(
    solveKnownAcceptance(costs, four).cost,
    solveIndependent(costs, four.reduce((sum, kind) => sum + kind.acceptance / 4, 0)).cost,
  );
});

Deno.test("heterogeneous acceptance: the decoder with an oracle has these rates", async () => {
  const pair = stretchChains({ kinds, persistence: 0 });
  const draft = markovModel(pair.draft);
  const target = markovModel(pair.target);
  const expected = thresholdRates(kinds, { threshold: 0.4 });
  const results = [];
  for (let run = 0; run < 20; run++) {
    results.push(
      await speculate({
        draft,
        target,
        maxTokens: 4000,
        bonus: true,
        candidates: specDecPP({ predictor: byKind(pair.kindOf), threshold: 0.4 }),
        random: stream(7, "oracle", run),
      }),
    );
  }
  const perText = results.map((result) => ratesOf([result]));
  for (const key of ["verification", "discard"] as const) {
    const values = perText.map((rates) => rates[key]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19;
    const error = Math.sqrt(variance / 20);
    // the last round of each text is cut short: 1 in 4000 tokens
    assertLess(Math.abs(mean - expected[key]), 4 * error + 1e-3, key);
  }
});

/** Knows the acceptance of each kind; the same as {@linkcode oraclePredictor} and without its passes. */
function byKind(kindOf: readonly number[]) {
  return {
    name: "by kind",
    begin: () => ({
      predict: (round: { candidates: readonly number[] }, index: number) =>
        kinds[kindOf[round.candidates[index]!]!]!.acceptance,
    }),
  };
}

Deno.test("the oracle predictor finds the acceptance of each kind by asking the target", async () => {
  const pair = stretchChains({ kinds, persistence: 0.7 });
  const draft = markovModel(pair.draft);
  const target = markovModel(pair.target);
  for (let run = 0; run < 10; run++) {
    const options = { draft, target, maxTokens: 60, bonus: true } as const;
    const rule = { threshold: 0.4 };
    const asked = await speculate({
      ...options,
      prompt: run % 2 === 0 ? [] : [0, 5, 1],
      candidates: specDecPP({ predictor: oraclePredictor(target), ...rule }),
      random: stream(8, "asked", run),
    });
    const known = await speculate({
      ...options,
      prompt: run % 2 === 0 ? [] : [0, 5, 1],
      candidates: specDecPP({ predictor: byKind(pair.kindOf), ...rule }),
      random: stream(8, "asked", run),
    });
    assertEquals(asked, known);
  }
});

Deno.test("constant K that is never cut short: D = (K + 1) V − 1 in real counts", () => {
  const pair = twoStateChains();
  const { targetCalls, discarded } = lookAheadCounts(pair, 4000, { candidates: 3, bonus: true });
  const V = targetCalls / 4000;
  assertAlmostEquals(discarded / 4000, constantDiscard(3, V), 2e-3);
});

Deno.test("costs and bad arguments", () => {
  assertEquals(costsOf({ draft: 1, target: 4.5 }), { discard: 1, verification: 3.5 });
  assertThrows(() => solveIndependent({ discard: 1, verification: 0 }, 0.5), UserError, "got 0");
  assertThrows(() => solveIndependent(costs, 1.2), UserError, "acceptance: got 1.2");
  assertThrows(() => solveIndependent(costs, 1), RangeError, "infinite");
  assertThrows(() => thresholdRates(kinds, { threshold: 1.5 }), UserError, "threshold h: got 1.5");
  assertThrows(
    () => thresholdRates([{ acceptance: 0.5, share: 0.4 }], { threshold: 0.5 }),
    RangeError,
  );
  assertThrows(() => solveFiniteHorizon(costs, 0.8, -1), UserError, "horizon: got -1");
  assertThrows(() => ratesOf([]), RangeError, "no tokens");
});
