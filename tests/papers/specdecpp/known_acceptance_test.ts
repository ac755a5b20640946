import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import {
  constantDiscard,
  costsOf,
  extraCost,
  oraclePredictor,
  ratesOf,
  scheduledLength,
  specDecPP,
  timePerToken,
} from "offprint/decoding/policies/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import { lookAheadCounts } from "offprint/papers/specdec_theory/mod.ts";
import {
  checkThresholdTheorem,
  constantCost,
  constantRates,
  greedyConstant,
  greedyOracle,
  solveFiniteHorizon,
  solveIndependent,
  solveKnownAcceptance,
  stretchChains,
  thresholdRates,
} from "offprint/papers/specdecpp/mod.ts";
import { UserError } from "offprint/errors.ts";
import { historyModel, markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";

const costs = { discard: 1, verification: 4 };
const kinds = [{ acceptance: 0.98, share: 2 / 3 }, { acceptance: 0.5, share: 1 / 3 }];

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

Deno.test("greedy oracle: the example, and the same on a decoder", async () => {
  assertEquals(greedyOracle(10, [3, 7]), { schedule: [2, 3, 3], targetCalls: 3, discarded: 0 });
  const constant = greedyConstant(10, [3, 7], 2);
  assertEquals([constant.targetCalls, constant.discarded], [4, 2]);
  assertEquals(greedyOracle(7, [3, 7]).targetCalls, 2);
  assertEquals(greedyOracle(4, []).schedule, [4]);
  assertEquals(greedyOracle(0, []).targetCalls, 0);
  assertThrows(() => greedyOracle(10, [7, 3]), RangeError, "increasing");
  assertThrows(() => greedyOracle(10, [11]), RangeError, "from 1 to 10");

  // The target counts up; the draft errs at positions 3 and 7.
  const model = (name: string, wrong: number[]) =>
    historyModel({
      name,
      vocabSize: 16,
      row: (history) => {
        const row = new Array(16).fill(0);
        const position = history.length + 1;
        row[wrong.includes(position) ? 15 : position] = 1;
        return row;
      },
    });
  const both = {
    draft: model("draft", [3, 7]),
    target: model("target", []),
    maxTokens: 10,
    bonus: true,
    draftWarp: warp({ temperature: 0 }),
    targetWarp: warp({ temperature: 0 }),
    random: stream(1),
  };
  const oracle = await speculate({
    ...both,
    candidates: scheduledLength(greedyOracle(10, [3, 7]).schedule),
  });
  assertEquals(oracle.tokens, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assertEquals([oracle.targetCalls, oracle.discarded, oracle.drafted], [3, 0, 8]);
  const fixed = await speculate({ ...both, candidates: scheduledLength([2]) });
  assertEquals([fixed.targetCalls, fixed.discarded], [4, 2]);
});

Deno.test("greedy oracle: never more calls than a constant, and nothing discarded", () => {
  const texts = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 20 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 8 }), (positions, K) => {
      const mismatches = positions.toSorted((a, b) => a - b);
      assert(
        greedyOracle(40, mismatches).targetCalls <= greedyConstant(40, mismatches, K).targetCalls,
      );
    }),
    { numRuns: 200, seed: 4 },
  );
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
