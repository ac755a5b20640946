import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import highsLoader from "highs";
import {
  rejectionRule,
  residual,
  stepLaw,
  totalVariation,
} from "offprint/decoding/verification/mod.ts";
import {
  decodingOpt,
  decodingUno,
  optimalPostRejection,
  overAcceptance,
  paretoFront,
  postRejectionLoss,
  rejectionLowerBound,
  unbiasedReplacement,
} from "offprint/papers/specdec_theory/mod.ts";
import { UserError } from "offprint/errors.ts";
import { twoStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { cases, randomDistribution } from "../../decoding/fixtures.ts";

/** The part of HiGHS used here; its own types describe a CommonJS module. */
const loadHighs = highsLoader as unknown as () => Promise<
  { solve(problem: string): { Status: string; ObjectiveValue: number } }
>;

const draft = Float64Array.of(0.4, 0.3, 0.2, 0.1);
const target = Float64Array.of(0.1, 0.2, 0.3, 0.4);

Deno.test("Pareto table: rejection, bias of OPT and UNO", () => {
  const table: [number, number[], number, number, number][] = [
    [0, [1 / 4, 2 / 3, 1, 1], 2 / 5, 0, 7 / 50],
    [0.05, [3 / 8, 5 / 6, 1, 1], 3 / 10, 1 / 10, 19 / 100],
    [0.1, [1 / 2, 1, 1, 1], 1 / 5, 1 / 5, 13 / 50],
    [0.15, [5 / 8, 1, 1, 1], 3 / 20, 1 / 4, 59 / 200],
    [0.2, [3 / 4, 1, 1, 1], 1 / 10, 3 / 10, 33 / 100],
    [0.3, [1, 1, 1, 1], 0, 2 / 5, 2 / 5],
  ];
  const front = paretoFront(draft, target, table.map(([epsilon]) => epsilon));
  table.forEach(([epsilon, acceptance, rejection, optBias, unoBias], i) => {
    const point = front[i]!;
    assertEquals(point.epsilon, epsilon);
    overAcceptance(draft, target, epsilon).forEach((b, x) =>
      assertAlmostEquals(b, acceptance[x]!, 1e-15)
    );
    assertAlmostEquals(point.rejection, rejection, 1e-15);
    assertAlmostEquals(point.optBias, optBias, 1e-15);
    assertAlmostEquals(point.unoBias, unoBias, 1e-15);
    assertAlmostEquals(point.rejection + point.optBias, totalVariation(draft, target), 1e-15);
    const best = optimalPostRejection(draft, target, overAcceptance(draft, target, epsilon));
    assertAlmostEquals(best.loss, optBias, 1e-15);
    assertAlmostEquals(best.rejection, rejection, 1e-15);
    best.distribution.forEach((p, x) => assertAlmostEquals(p, [0, 0, 1 / 4, 3 / 4][x]!, 1e-14));
  });
  assertThrows(() => paretoFront(draft, target, [-0.1]), UserError, "epsilon: got -0.1");
  assertThrows(() => decodingOpt(NaN), UserError, "epsilon: got NaN");
  assertThrows(() => decodingUno(-1), UserError, "epsilon: got -1");
});

Deno.test("Theorem 4: exactly the distributions below A are optimal", () => {
  const acceptance = overAcceptance(draft, target, 0.1);
  const { ratio, loss } = optimalPostRejection(draft, target, acceptance);
  ratio!.forEach((a, x) => assertAlmostEquals(a, [-1 / 2, -1 / 2, 1 / 2, 3 / 2][x]!, 1e-14));
  const lossOf = (...replacement: number[]) =>
    postRejectionLoss(draft, target, acceptance, replacement);
  for (const best of [[0, 0, 1 / 4, 3 / 4], [0, 0, 1 / 2, 1 / 2], [0, 0, 0, 1]]) {
    assertAlmostEquals(lossOf(...best), 1 / 5, 1e-15);
  }
  assertAlmostEquals(loss, 1 / 5, 1e-15);
  assertAlmostEquals(lossOf(0, 0, 1, 0), 3 / 10, 1e-15);
  assertAlmostEquals(lossOf(0.1, 0, 0.2, 0.7), 11 / 50, 1e-15);
  assertEquals(optimalPostRejection(draft, target, [1, 1, 1, 1]).ratio, undefined);
  assertThrows(
    () => optimalPostRejection(draft, target, [1, 1.5, 1, 1]),
    RangeError,
    "got acceptance 1.5 of token 1",
  );
});

Deno.test("Theorem 2: an unbiased rule that accepts less rejects more", () => {
  const half = (p: Float64Array, q: Float64Array) =>
    p.map((mass, x) => Math.min(1, q[x]! / mass) / 2);
  const replacement = unbiasedReplacement(draft, target, half(draft, target));
  replacement.forEach((p, x) => assertAlmostEquals(p, [1 / 14, 1 / 7, 2 / 7, 1 / 2][x]!, 1e-15));
  const rule = rejectionRule({
    name: "half",
    acceptance: half,
    replacement: (p, q) => unbiasedReplacement(p, q, half(p, q)),
  });
  const step = stepLaw(rule, draft, target);
  assertAlmostEquals(step.rejection, 7 / 10, 1e-15);
  assertAlmostEquals(step.bias, 0, 1e-15);
  assertThrows(
    () => unbiasedReplacement(draft, target, [1, 1, 1, 1]),
    RangeError,
    "token 0 accepted with mass 0.4",
  );
  assertThrows(
    () => unbiasedReplacement(draft, draft, [1, 1, 1, 1]),
    RangeError,
    "rejects nothing",
  );
  assertAlmostEquals(rejectionLowerBound(twoStateChains(), 5), 2239 / 2500, 1e-14);
});

Deno.test("Theorem 2 on random unbiased rules: none rejects less than the total variation", () => {
  fc.assert(
    fc.property(cases, ({ p, q, coins }) => {
      // b·p ≤ q, and below it by a random factor
      const acceptance = p.map((mass, x) =>
        mass === 0 ? 1 : Math.min(1, q[x]! / mass) * Math.min(coins[x]!, 0.999)
      );
      const rule = rejectionRule({
        name: "random unbiased",
        acceptance: () => acceptance,
        replacement: () => unbiasedReplacement(p, q, acceptance),
      });
      const { rejection, bias } = stepLaw(rule, p, q);
      assertAlmostEquals(bias, 0, 1e-12);
      assert(rejection >= totalVariation(p, q) - 1e-12);
    }),
    { seed: 2, numRuns: 500 },
  );
});

Deno.test("Theorem 5: every b above min(1, q/p) lies on the line with its best P, no rule below it", () => {
  fc.assert(
    fc.property(cases, cases, ({ p, q, coins }, other) => {
      const distance = totalVariation(p, q);
      const above = p.map((mass, x) => {
        const least = mass === 0 ? 1 : Math.min(1, q[x]! / mass);
        return Math.min(1, least + (1 - least) * coins[x]!);
      });
      const best = optimalPostRejection(p, q, above);
      assertAlmostEquals(best.rejection + best.loss, distance, 1e-12);
      assertAlmostEquals(postRejectionLoss(p, q, above, best.distribution), best.loss, 1e-12);

      const replacement = p.map((_, x) => other.p[x % other.p.length]!);
      const sum = replacement.reduce((total, mass) => total + mass, 0);
      const any = rejectionRule({
        name: "any",
        acceptance: () => coins,
        replacement: () => sum > 0 ? replacement.map((mass) => mass / sum) : q,
      });
      const step = stepLaw(any, p, q);
      assert(step.rejection + step.bias >= distance - 1e-12);
    }),
    { seed: 2, numRuns: 1000 },
  );
});

Deno.test("Theorem 4: no random P beats the optimum", () => {
  const random = stream(2, "random P");
  fc.assert(
    fc.property(cases, ({ p, q, coins }) => {
      const { loss, distribution } = optimalPostRejection(p, q, coins);
      assertAlmostEquals(postRejectionLoss(p, q, coins, distribution), loss, 1e-12);
      for (let trial = 0; trial < 1000; trial++) {
        const other = randomDistribution(random, p.length, trial % 2 === 0 ? 0 : 0.5);
        assert(postRejectionLoss(p, q, coins, other) >= loss - 1e-12);
      }
    }),
    { seed: 2, numRuns: 40 },
  );
});

Deno.test("Theorem 4: the optimum of the linear programme", async () => {
  const highs = await loadHighs();
  const random = stream(2, "linear programme");
  for (let i = 0; i < 12; i++) {
    const size = 2 + random.integer(7);
    const p = randomDistribution(random, size, 0.2);
    const q = randomDistribution(random, size, 0.2);
    const acceptance = p.map(() => random.uniform());
    const accepted = p.map((mass, x) => acceptance[x]! * mass);
    const rejection = p.reduce((sum, mass, x) => sum + mass - accepted[x]!, 0);
    // minimise ½ Σ tₓ with tₓ ≥ ± (bp + PZ − q), P a distribution
    const tokens = [...p.keys()];
    const objective = tokens.map((x) => `0.5 t${x}`).join(" + ");
    const rows = tokens.flatMap((x) => {
      const gap = (q[x]! - accepted[x]!).toFixed(15);
      const slope = rejection.toFixed(15);
      return [
        `t${x} - ${slope} P${x} >= ${(-Number(gap)).toFixed(15)}`,
        `t${x} + ${slope} P${x} >= ${gap}`,
      ];
    });
    const text = `Minimize\n obj: ${objective}\nSubject To\n ${
      [...rows, tokens.map((x) => `P${x}`).join(" + ") + " = 1"].join("\n ")
    }\nEnd\n`;
    const solution = highs.solve(text);
    assertEquals(solution.Status, "Optimal");
    assertAlmostEquals(
      solution.ObjectiveValue,
      optimalPostRejection(p, q, acceptance).loss,
      1e-7,
    );
  }
});

Deno.test("OPT keeps the ordinary residual at every epsilon; UNO is worse and rejects as often", () => {
  fc.assert(
    fc.property(cases, fc.double({ min: 0, max: 1, noNaN: true }), ({ p, q }, epsilon) => {
      const best = optimalPostRejection(p, q, overAcceptance(p, q, epsilon));
      const opt = stepLaw(decodingOpt(epsilon), p, q);
      const uno = stepLaw(decodingUno(epsilon), p, q);
      assertAlmostEquals(opt.bias, best.loss, 1e-12);
      assertAlmostEquals(opt.rejection + opt.bias, totalVariation(p, q), 1e-12);
      assertEquals(uno.rejection, opt.rejection);
      assert(uno.bias >= opt.bias - 1e-12);
      assertEquals([...decodingOpt(epsilon).replacement(p, q)], [...residual(q, p)]);
    }),
    { seed: 2, numRuns: 500 },
  );
  assertAlmostEquals(stepLaw(decodingOpt(0), draft, target).bias, 0, 1e-15);
});

Deno.test("equal distributions reject nothing and the residual is never asked for", () => {
  const rule = rejectionRule({
    name: "exact without residual",
    acceptance: (p, q) => p.map((mass, x) => mass === 0 ? 1 : Math.min(1, q[x]! / mass)),
    replacement: () => {
      throw new Error("asked for the residual");
    },
  });
  assertEquals(stepLaw(rule, draft, draft), { rejection: 0, law: draft.slice(), bias: 0 });
});
