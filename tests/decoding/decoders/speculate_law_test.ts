import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
} from "@std/assert";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import {
  rejectionRule,
  softmax,
  totalVariation,
  type Warp,
} from "offprint/decoding/verification/mod.ts";
import { type CandidateLengthPolicy, constantLength } from "offprint/decoding/policies/mod.ts";
import {
  decodingOpt,
  decodingUno,
  expectedRejections,
  expectedRuleRejections,
  unbiasedReplacement,
} from "offprint/papers/specdec_theory/mod.ts";
import { UserError } from "offprint/errors.ts";
import { historyModel, sevenStateChains, twoStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare, RunningMoments, zScore } from "offprint/stats.ts";
import {
  assertWithin4,
  chainLaw,
  decodeMany,
  models,
  newWatch,
  textIndex,
  textLaw,
  type Variant,
  watched,
} from "../fixtures.ts";

/** Temperature 0.5: a warp that is not the identity. */
const sharp: Warp = (logits) => softmax(logits.map((x) => 2 * x));

Deno.test("output law: all texts of three tokens, chi-square against the target", async () => {
  for (const pair of [twoStateChains(), sevenStateChains()]) {
    const size = pair.target.vocabSize;
    for (
      const variant of [{}, { candidates: constantLength(1), bonus: true }, {
        candidates: constantLength(2),
        bonus: true,
      }] satisfies Variant[]
    ) {
      const observed = new Float64Array(size ** 3);
      await decodeMany(models(pair), 40_000, 3, variant, ({ tokens }) => {
        observed[textIndex(tokens, size, 3)]!++;
      });
      const { pValue } = chiSquare(observed, chainLaw(pair.target, 3));
      assertGreater(pValue, 1e-3, `${pair.target.name}`);
    }
  }
});

Deno.test("the chi-square test would notice a decoder that compares with the draft's own law", async () => {
  const pair = twoStateChains();
  const observed = new Float64Array(8);
  const trusting = rejectionRule({
    name: "accept everything",
    acceptance: (draft) => new Float64Array(draft.length).fill(1),
    replacement: (_draft, target) => target,
  });
  await decodeMany(models(pair), 4000, 3, { rule: trusting }, ({ tokens }) => {
    observed[textIndex(tokens, 2, 3)]!++;
  });
  assertLess(chiSquare(observed, chainLaw(pair.target, 3)).pValue, 1e-6);
  assertGreater(chiSquare(observed, chainLaw(pair.draft, 3)).pValue, 1e-3);
});

Deno.test("history-dependent models: output law and examined positions", async () => {
  // the law depends on the whole text, so a cache with a stale entry gives wrong rows
  const row = (history: number[], salt: number) => {
    const weights = [0, 1, 2].map((next) =>
      1 + (history.reduce((sum, token, i) => sum + (token + 1) * (i + salt), 0) + next * salt) % 5
    );
    const sum = weights.reduce((total, weight) => total + weight);
    return weights.map((weight) => weight / sum);
  };
  const draft = historyModel({ name: "draft", vocabSize: 3, row: (history) => row(history, 2) });
  const target = historyModel({ name: "target", vocabSize: 3, row: (history) => row(history, 3) });
  const observed = new Float64Array(81);
  const difference = new RunningMoments();
  const variant = { candidates: constantLength(2), bonus: true, trace: true };
  await decodeMany({ draft, target }, 20_000, 4, variant, ({ tokens, rejections, trace }) => {
    observed[textIndex(tokens, 3, 4)]!++;
    let sum = 0;
    for (const at of trace!) {
      const history = tokens.slice(0, at.position);
      assertAlmostEquals(at.totalVariation, totalVariation(row(history, 2), row(history, 3)), 1e-6);
      assertAlmostEquals(at.rejection, at.totalVariation, 1e-15);
      sum += at.totalVariation;
    }
    difference.add(rejections - sum);
  });
  const law = textLaw(3, 4, (history) => row(history, 3));
  assertGreater(chiSquare(observed, law).pValue, 1e-3);
  assertLess(Math.abs(zScore(difference.mean, 0, difference.standardError)), 4);
});

Deno.test("rejections equal the total variation of examined positions, whatever ends a round", async () => {
  for (const candidates of [1, 3, Infinity]) {
    const difference = new RunningMoments();
    let expected = 0;
    const variant = { candidates: constantLength(candidates), bonus: true, trace: true };
    await decodeMany(models(twoStateChains()), 5000, 20, variant, ({ rejections, trace }) => {
      difference.add(rejections - trace!.reduce((sum, at) => sum + at.rejection, 0));
      expected += trace!.filter((at) => !at.accepted).length - rejections;
    });
    assertEquals(expected, 0);
    assertLess(Math.abs(zScore(difference.mean, 0, difference.standardError)), 4);
  }
});

Deno.test("warps: the output has the warped target's law, whatever the draft's warp", async () => {
  const pair = sevenStateChains();
  const law = textLaw(7, 2, (history) => {
    const row = pair.target.row(history.length + 1, history.at(-1) ?? 0);
    const squares = row.map((p) => p * p);
    const sum = squares.reduce((total, value) => total + value);
    return squares.map((value) => value / sum);
  });
  for (const draftWarp of [sharp, softmax]) {
    const observed = new Float64Array(49);
    const variant = { targetWarp: sharp, draftWarp, candidates: constantLength(1), bonus: true };
    await decodeMany(models(pair), 30_000, 2, variant, ({ tokens }) => {
      observed[textIndex(tokens, 7, 2)]!++;
    });
    assertGreater(chiSquare(observed, law).pValue, 1e-3);
  }
});

Deno.test("biased rules: rejections, bias and their sum as computed exactly", async () => {
  const pair = sevenStateChains();
  for (const rule of [decodingOpt(0.03), decodingUno(0.03)]) {
    const exact = expectedRuleRejections(pair, 20, rule);
    const rejections: number[] = [];
    const bias: number[] = [];
    await decodeMany(models(pair), 3000, 20, { rule, trace: true }, (result) => {
      rejections.push(result.rejections);
      bias.push(result.trace!.reduce((sum, at) => sum + at.bias, 0));
      for (const at of result.trace!) {
        const sum = at.rejection + at.bias;
        if (rule.name.startsWith("opt")) assertAlmostEquals(sum, at.totalVariation, 1e-12);
        else assert(sum >= at.totalVariation - 1e-12);
      }
    });
    assertWithin4(rejections, exact.total, rule.name);
    assertWithin4(bias, exact.biasPerStep.reduce((sum, value) => sum + value), rule.name);
  }
});

Deno.test("an unbiased rule that accepts less keeps the law and rejects more", async () => {
  const pair = twoStateChains();
  const half = (p: Float64Array, q: Float64Array) =>
    p.map((mass, x) => Math.min(1, q[x]! / mass) / 2);
  const rule = rejectionRule({
    name: "half",
    acceptance: half,
    replacement: (p, q) => unbiasedReplacement(p, q, half(p, q)),
  });
  const observed = new Float64Array(8);
  const counts: number[] = [];
  await decodeMany(models(pair), 20_000, 3, { rule }, ({ tokens, rejections }) => {
    observed[textIndex(tokens, 2, 3)]!++;
    counts.push(rejections);
  });
  assertGreater(chiSquare(observed, chainLaw(pair.target, 3)).pValue, 1e-3);
  const exact = expectedRuleRejections(pair, 3, rule).total;
  assertWithin4(counts, exact, "half");
  assertGreater(exact, expectedRejections(pair, 3).total);
});

Deno.test("a candidate-length policy sees the draft's side, in step, and never changes the law", async () => {
  const pair = models(twoStateChains());
  const outcomes: number[] = [];
  const policy: CandidateLengthPolicy = {
    name: "stop after a doubtful token",
    needsHidden: true,
    begin: () => ({
      more: async ({ candidates, distributions, hidden }) => {
        await Promise.resolve();
        assertEquals(distributions.length, candidates.length);
        // the hidden state lags one token behind
        assertEquals(hidden.map((state) => state[0]), candidates.slice(0, -1));
        return distributions.at(-1)![candidates.at(-1)!]! > 0.5;
      },
      verified: ({ drafted, accepted }) => {
        assert(accepted >= 0 && accepted <= drafted && drafted >= 1);
        outcomes.push(drafted);
      },
    }),
  };
  const observed = new Float64Array(8);
  for (let run = 0; run < 8000; run++) {
    const result = await speculate({
      draft: watched(pair.draft, newWatch()),
      target: pair.target,
      maxTokens: 3,
      bonus: true,
      candidates: policy,
      random: stream(8, "policy", run),
    });
    observed[textIndex(result.tokens, 2, 3)]!++;
  }
  assertGreater(chiSquare(observed, chainLaw(twoStateChains().target, 3)).pValue, 1e-3);
  assert(outcomes.includes(1) && outcomes.includes(2));
  await assertRejects(
    () => speculate({ ...pair, maxTokens: 9, candidates: policy, random: stream(1) }),
    UserError,
    "gives no hidden states",
  );
});
