import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  bernoulliRootRejection,
  exactVerification,
  residual,
  rootLaw,
  rootRejection,
  totalVariation,
  uniformRootRejection,
} from "offprint/decoding/verification/mod.ts";
import { tokensPerCall } from "offprint/decoding/policies/mod.ts";
import {
  acceleration,
  exactRejections,
  expectedBatchRejections,
  expectedRejections,
  expectedRuleRejections,
  lookAheadCounts,
  Rational,
  twoStateFractions,
} from "offprint/papers/specdec_theory/mod.ts";
import { UserError } from "offprint/errors.ts";
import { dirichletChain, sevenStateChains, twoStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { chainLaw, randomDistribution } from "../../decoding/fixtures.ts";

Deno.test("two-state chain: table of exact counts", () => {
  const pair = twoStateChains();
  const table: [number, number[], number][] = [
    [1, [0.25, 0.1875, 0.140625, 0.10546875, 0.0791015625, 0.0187712], 0],
    [2, [0.4, 0.32625, 0.2788125, 0.245596875, 0.2213939, 0.1668945], 0.15],
    [5, [0.8956, 0.77011773, 0.7081382303, 0.670278657, 0.6444521, 0.5887192], 0.57165],
    [20, [3.5125038085, 3.0918096678, 2.9523209132, 2.8914496022, 2.8585031, 2.7994551], 2.7823716],
    [50, [8.7625, 7.746722545, 7.4513069276, 7.3442067654, 7.2969787, 7.2312994], 7.2141873],
  ];
  for (const [steps, row, limit] of table) {
    row.forEach((value, i) => {
      const drafts = [1, 2, 3, 4, 5, 10][i]!;
      assertAlmostEquals(
        expectedBatchRejections(pair, steps, drafts).total,
        value,
        i < 4 ? 6e-10 : 6e-8,
        `T = ${steps}, M = ${drafts}`,
      );
    });
    assertAlmostEquals(expectedBatchRejections(pair, steps, Infinity).total, limit, 6e-8);
    assertAlmostEquals(expectedBatchRejections(pair, steps, 400).total, limit, 6e-8);
  }
});

Deno.test("two-state chain in fractions: exactly the published ones, and the doubles agree", () => {
  const pair = twoStateFractions();
  assertEquals(exactRejections(pair, 1, 1).toString(), "1/4");
  assertEquals(exactRejections(pair, 2, 1).toString(), "2/5");
  assertEquals(exactRejections(pair, 5, 1).toString(), "2239/2500");
  assertEquals(exactRejections(pair, 1, 2).toString(), "3/16");
  assertEquals(exactRejections(pair, 2, 2).toString(), "261/800");
  assertEquals(exactRejections(pair, 2, 3).toString(), "4461/16000");
  for (const steps of [0, 1, 2, 5, 20]) {
    for (const drafts of [1, 2, 3, 4]) {
      assertAlmostEquals(
        exactRejections(pair, steps, drafts).toNumber(),
        expectedBatchRejections(twoStateChains(), steps, drafts).total,
        1e-13,
      );
    }
  }
  assertThrows(() => exactRejections(pair, -1, 1), RangeError, "got -1 steps");
});

Deno.test("two-state chain: closed form 0.175 T + 0.0125 + 0.0625 · 0.6^(T-1), exactly", () => {
  for (let steps = 1; steps <= 30; steps++) {
    const power = Rational.of(3n ** BigInt(steps - 1), 5n ** BigInt(steps - 1));
    const closed = Rational.of(175 * steps, 1000)
      .plus(Rational.of(125, 10000))
      .plus(Rational.of(625, 10000).times(power));
    assert(closed.equals(exactRejections(twoStateFractions(), steps, 1)), `T = ${steps}`);
    assertAlmostEquals(
      expectedRejections(twoStateChains(), steps).total,
      closed.toNumber(),
      1e-13,
    );
  }
});

Deno.test("two-state chain: slopes per token, 0.175 and 13/88 in the limit of many drafts", () => {
  const pair = twoStateChains();
  const slope = (drafts: number) =>
    expectedBatchRejections(pair, 201, drafts).total -
    expectedBatchRejections(pair, 200, drafts).total;
  assertAlmostEquals(slope(1), 0.175, 1e-12);
  assertAlmostEquals(slope(Infinity), 13 / 88, 1e-12);
});

Deno.test("seven-state chain: exact counts", () => {
  const pair = sevenStateChains();
  const { draft, target } = pair;
  assertEquals([...target.row(1, 0)].map((p) => Math.round(p * 40)), [8, 2, 7, 1, 6, 11, 5]);
  assertEquals([...draft.row(1, 0)].map((p) => Math.round(p * 50)), [10, 8, 6, 4, 2, 11, 9]);
  assertAlmostEquals(totalVariation(target.row(1, 0), draft.row(1, 0)), 0.22, 1e-15);
  for (const [steps, value] of [[5, 1.342554282], [10, 2.751077009], [50, 13.860666431]] as const) {
    assertAlmostEquals(expectedRejections(pair, steps).total, value, 1e-9);
  }
  assertAlmostEquals(acceleration(pair, 50), 3.607330156, 1e-9);
  const batch: [number, number, number][] = [
    [50, 2, 12.827843],
    [50, 3, 12.368188],
    [50, 4, 12.107094],
    [50, 5, 11.939624],
    [50, 8, 11.646395],
    [50, 16, 11.300073],
    [50, 64, 10.86071],
    [50, 256, 10.747182],
    [5, 2, 1.191286],
    [5, 4, 1.097711],
    [5, 8, 1.050977],
  ];
  for (const [steps, drafts, value] of batch) {
    assertAlmostEquals(expectedBatchRejections(pair, steps, drafts).total, value, 6e-7);
  }
});

Deno.test("Theorem 1 equals the sum over all texts", () => {
  const pair = {
    draft: dirichletChain({ name: "draft", vocabSize: 3, seed: 5, nonStationary: true }),
    target: dirichletChain({ name: "target", vocabSize: 3, seed: 5, nonStationary: true }),
  };
  let total = 0;
  for (let n = 1; n <= 5; n++) {
    const law = chainLaw(pair.target, n - 1);
    law.forEach((probability, index) => {
      const last = n === 1 ? 0 : index % 3;
      total += probability * totalVariation(pair.draft.row(n, last), pair.target.row(n, last));
    });
  }
  assertAlmostEquals(expectedRejections(pair, 5).total, total, 1e-12);
});

Deno.test("batch counts: one draft is Theorem 1, more drafts never hurt, f has the right mass", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const pair = {
      draft: dirichletChain({ name: "draft", vocabSize: 4, seed, concentration: 0.5 }),
      target: dirichletChain({ name: "target", vocabSize: 4, seed, concentration: 0.5 }),
    };
    const single = expectedRejections(pair, 12);
    assertAlmostEquals(expectedBatchRejections(pair, 12, 1).total, single.total, 1e-12);
    let before = single.total;
    for (const drafts of [2, 3, 4, 8, 32, Infinity]) {
      const { total, perStep } = expectedBatchRejections(pair, 12, drafts);
      assert(total <= before + 1e-12, `M = ${drafts}: ${total} after ${before}`);
      before = total;
      perStep.forEach((probability) => assert(probability >= 0 && probability <= 1));
    }
  }
});

Deno.test("Theorem 3 agrees with a count of rounds, which never uses f", () => {
  for (const pair of [twoStateChains(), sevenStateChains()]) {
    for (const drafts of [1, 2, 5, 16]) {
      assertAlmostEquals(
        lookAheadCounts(pair, 20, { candidates: Infinity, bonus: false, drafts }).rejections,
        expectedBatchRejections(pair, 20, drafts).total,
        1e-11,
      );
    }
  }
});

Deno.test("the exact rule as a member of the family has Theorem 1's count and no bias", () => {
  const pair = sevenStateChains();
  const counts = expectedRuleRejections(pair, 50, exactVerification);
  assertAlmostEquals(counts.total, expectedRejections(pair, 50).total, 1e-12);
  counts.biasPerStep.forEach((bias) => assertAlmostEquals(bias, 0, 1e-14));
});

Deno.test("root law: the closed form of the residual chain equals repeated normalisation", () => {
  const random = stream(3, "root-law");
  for (let i = 0; i < 200; i++) {
    const size = 2 + random.integer(8);
    const p = randomDistribution(random, size, 0.2);
    const q = randomDistribution(random, size, 0.2);
    let current = q;
    let product = 1;
    for (let attempts = 1; attempts <= 6; attempts++) {
      product *= totalVariation(current, p);
      current = residual(current, p);
      const law = rootLaw(q, p, attempts);
      assertAlmostEquals(law.rejection, product, 1e-12);
      law.replaced.forEach((mass, x) => assertAlmostEquals(mass, product * current[x]!, 1e-12));
      law.accepted.forEach((mass, x) => {
        assertAlmostEquals(mass + law.replaced[x]!, q[x]!, 1e-15);
        if (p[x] === 0) assertEquals(mass, 0);
      });
    }
  }
});

Deno.test("root law: the limit is the target's mass off the draft's support", () => {
  const p = Float64Array.of(0.5, 0.5, 0, 0);
  const q = Float64Array.of(0.1, 0.4, 0.3, 0.2);
  assertAlmostEquals(rootRejection(q, p, Infinity), 0.5, 1e-15);
  assertAlmostEquals(rootRejection(q, p, 1000), 0.5, 1e-12);
  assertEquals(rootRejection(q, q, Infinity), 0);
  assertEquals(rootRejection(q, q, 1), 0);
  assertEquals(rootRejection([1, 0], [0, 1], 7), 1);
  assertThrows(() => rootRejection(q, p, 0), RangeError, "got 0 attempts");
});

Deno.test("no free lunch: uniform and Bernoulli families have their closed forms", () => {
  const uniform = (support: number) =>
    Float64Array.from({ length: 12 }, (_, x) => x < support ? 1 / support : 0);
  for (const [draftSupport, targetSupport] of [[12, 3], [6, 5], [3, 12], [5, 6], [4, 4]] as const) {
    for (const attempts of [1, 2, 3, 8]) {
      assertAlmostEquals(
        rootRejection(uniform(targetSupport), uniform(draftSupport), attempts),
        uniformRootRejection({ draftSupport, targetSupport, attempts }),
        1e-12,
      );
    }
  }
  for (const [draft, target] of [[0.2, 0.7], [0.7, 0.2], [0.5, 0.5]] as const) {
    for (const attempts of [1, 2, 3, 8]) {
      assertAlmostEquals(
        rootRejection([1 - target, target], [1 - draft, draft], attempts),
        bernoulliRootRejection({ draft, target, attempts }),
        1e-12,
      );
    }
  }
});

Deno.test("finite look-ahead with bonus token", () => {
  const pair = twoStateChains();
  const table: [number, number[]][] = [
    [1, [2.0145, 11.2292, 11.2292, 2.0145, 1.7811]],
    [2, [2.6407, 8.3672, 16.3386, 4.0967, 2.3903]],
    [4, [3.1159, 6.1507, 22.9421, 8.3921, 3.2516]],
    [8, [3.3938, 4.8816, 33.0152, 17.1085, 4.0970]],
    [20, [3.5125, 4.3375, 53.6437, 37.1562, 4.6109]],
  ];
  for (const [candidates, row] of table) {
    const counts = lookAheadCounts(pair, 20, { candidates, bonus: true });
    const { rejections, targetCalls, drafted, discarded, tokensPerCall } = counts;
    [rejections, targetCalls, drafted, discarded, tokensPerCall].forEach((value, i) =>
      assertAlmostEquals(value, row[i]!, 5.1e-5, `K = ${candidates}, column ${i}`)
    );
  }
});

Deno.test("finite look-ahead without bonus: the rejections are Theorem 1's for every K", () => {
  const pair = twoStateChains();
  for (const [candidates, calls] of [[1, 20], [4, 6.9597], [20, 4.3375], [Infinity, 4.3375]]) {
    const counts = lookAheadCounts(pair, 20, { candidates: candidates!, bonus: false });
    assertAlmostEquals(counts.rejections, expectedRejections(pair, 20).total, 1e-12);
    assertAlmostEquals(counts.targetCalls, calls!, 5.1e-5);
  }
  const { total, perStep } = expectedRejections(pair, 20);
  assertAlmostEquals(
    lookAheadCounts(pair, 20, { candidates: 20, bonus: false }).targetCalls,
    total + 1 - perStep[19]!,
    1e-12,
  );
});

Deno.test("every token is accepted, a replacement or a bonus token", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      (steps, candidates, drafts, bonus) => {
        const counts = lookAheadCounts(sevenStateChains(), steps, { candidates, drafts, bonus });
        const accepted = counts.drafted - counts.discarded;
        const added = steps - accepted - counts.rejections;
        if (!bonus) assertAlmostEquals(added, 0, 1e-9);
        assert(added > -1e-9 && added <= counts.targetCalls);
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});

Deno.test("independent acceptance: tokens per call", () => {
  for (const [candidates, value] of [[1, 1.8], [2, 2.44], [4, 3.3616], [8, 4.32891136]] as const) {
    assertAlmostEquals(tokensPerCall(0.8, candidates), value, 1e-12);
  }
  assertEquals(tokensPerCall(1, 4), 5);
  assertEquals(tokensPerCall(0, 4), 1);
});

Deno.test("a text of no tokens costs nothing", () => {
  assertEquals(expectedRejections(twoStateChains(), 0).total, 0);
  assertEquals(expectedBatchRejections(twoStateChains(), 0, 3).total, 0);
  assertEquals(lookAheadCounts(twoStateChains(), 0, { candidates: 2, bonus: true }).targetCalls, 0);
});

Deno.test("bad arguments of the counts give one line each", () => {
  const pair = twoStateChains();
  const mixed = { draft: pair.draft, target: sevenStateChains().target };
  for (
    const [run, text] of [
      [() => expectedRejections(pair, -1), "steps: got -1"],
      [() => expectedRejections(pair, 1.5), "steps: got 1.5"],
      [() => expectedBatchRejections(pair, 5, 0), "drafts: got 0"],
      [() => expectedRejections(mixed, 5), "vocabularies of 2 and 7 tokens"],
      [() => lookAheadCounts(pair, 5, { candidates: 0, bonus: true }), "candidates: got 0"],
      [
        () => lookAheadCounts(pair, 5, { candidates: 1, bonus: true, drafts: -2 }),
        "drafts: got -2",
      ],
    ] as const
  ) {
    const { message } = assertThrows(run, UserError, text);
    assertEquals(message.includes("\n"), false);
  }
  assertThrows(() => expectedRejections(sevenStateChains(), 51), RangeError, "got step 51");
});

Deno.test("fractions: arithmetic, order of reduction, huge terms", () => {
  assertEquals(Rational.of(-6, -4).toString(), "3/2");
  assertEquals(Rational.of(6, -4).toString(), "-3/2");
  assertEquals(Rational.of(4, 2).toString(), "2");
  assertEquals(Rational.of(1, 3).minus(Rational.of(1, 3)).toString(), "0");
  assertEquals(Rational.of(1, 3).over(Rational.of(2, 3)).toString(), "1/2");
  assertThrows(() => Rational.of(1, 0), RangeError, "1/0");
  assertThrows(() => Rational.one.over(Rational.zero), RangeError);
  const third = Rational.of(10n ** 400n, 3n * 10n ** 400n + 1n);
  assertAlmostEquals(third.toNumber(), 1 / 3, 1e-16);
  assertAlmostEquals(Rational.of(-7, 8).toNumber(), -0.875, 0);
  assertLess(Rational.of(1n, 10n ** 30n).toNumber(), 1.0000000000000001e-30 * (1 + 1e-12));
});

Deno.test("the count of a step does not depend on how many follow, and f is not normalised", () => {
  const pair = sevenStateChains();
  for (const drafts of [1, 4]) {
    const { perStep } = expectedBatchRejections(pair, 50, drafts);
    for (const steps of [1, 7, 30]) {
      const total = perStep.slice(0, steps).reduce((sum, value) => sum + value, 0);
      assertAlmostEquals(expectedBatchRejections(pair, steps, drafts).total, total, 1e-12);
    }
  }
});

Deno.test("the expectation is over the target's texts: over the draft's it is another number", () => {
  const { draft, target } = twoStateChains();
  const overDraft = expectedRejections({ draft: target, target: draft }, 20).total;
  assert(Math.abs(overDraft - expectedRejections({ draft, target }, 20).total) > 0.1);
});
