import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  sampleText,
  speculate,
  type SpeculativeOptions,
  type SpeculativeResult,
} from "offprint/decoding/decoders/mod.ts";
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
  lookAheadCounts,
  unbiasedReplacement,
} from "offprint/papers/specdec_theory/mod.ts";
import { UserError } from "offprint/errors.ts";
import {
  historyModel,
  markovChain,
  sevenStateChains,
  twoStateChains,
} from "offprint/lm/exact/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
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
/** Keeps the most likely token only. */
const greedy: Warp = (logits) => {
  const best = logits.indexOf(Math.max(...logits));
  return Float64Array.from(logits, (_, token) => token === best ? 1 : 0);
};

Deno.test("rejections agree with Theorem 1 and costs with the exact counts", async () => {
  for (
    const [candidates, bonus] of [[Infinity, false], [4, false], [1, true], [2, true], [
      4,
      true,
    ]] as const
  ) {
    const expected = lookAheadCounts(twoStateChains(), 20, { candidates, bonus });
    const results: SpeculativeResult[] = [];
    const variant = { candidates: constantLength(candidates), bonus };
    await decodeMany(models(twoStateChains()), 5000, 20, variant, (result) => results.push(result));
    const name = `K = ${candidates}, bonus ${bonus}`;
    assertWithin4(results.map((r) => r.rejections), expected.rejections, name);
    assertWithin4(results.map((r) => r.targetCalls), expected.targetCalls, name);
    assertWithin4(results.map((r) => r.drafted), expected.drafted, name);
    assertWithin4(results.map((r) => r.discarded), expected.discarded, name);
    for (const { tokens, rounds, targetCalls } of results) {
      assertEquals(tokens.length, 20);
      assertEquals(rounds, targetCalls);
    }
  }
});

Deno.test("seven-state chain over 50 steps agrees with Theorem 1", async () => {
  const counts: number[] = [];
  await decodeMany(models(sevenStateChains()), 4000, 50, {}, (r) => counts.push(r.rejections));
  assertWithin4(counts, expectedRejections(sevenStateChains(), 50).total, "seven states");
});

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

Deno.test("equal models: nothing is rejected and the residual is never asked for", async () => {
  const { target } = models(sevenStateChains());
  const rule = {
    name: "exact without residual",
    acceptedMass: (token: number, p: Float64Array, q: Float64Array) =>
      Math.min(p[token]!, q[token]!),
    replacement: () => {
      throw new Error("asked for the residual");
    },
  };
  await decodeMany({ draft: target, target }, 500, 50, { rule }, (result) => {
    assertEquals(result.rejections, 0);
    assertEquals(result.discarded, 0);
    assertEquals(result.drafted, 50);
    assertEquals(result.targetCalls, 1);
  });
});

Deno.test("disjoint supports: every token is rejected and the output is still the target's", async () => {
  const half = (name: string, from: number) =>
    markovChain({
      name,
      vocabSize: 4,
      first: [0, 1, 2, 3].map((token) => Math.floor(token / 2) === from ? 0.5 : 0),
      next: (_step, previous) =>
        [0, 1, 2, 3].map((token) =>
          Math.floor(token / 2) !== from ? 0 : token % 2 === previous % 2 ? 0.8 : 0.2
        ),
    });
  const pair = { draft: half("lower", 0), target: half("upper", 1) };
  const observed = new Float64Array(64);
  await decodeMany(models(pair), 20_000, 3, {}, (result) => {
    assertEquals(result.rejections, 3);
    assertEquals(result.targetCalls, 3);
    observed[textIndex(result.tokens, 4, 3)]!++;
  });
  assertGreater(chiSquare(observed, chainLaw(pair.target, 3)).pValue, 1e-3);
});

Deno.test("greedy target: exactly the arg-max text, total variation 1 − p(arg max)", async () => {
  const { draft, target } = models(sevenStateChains());
  const best = await sampleText({ model: target, maxTokens: 50, warp: greedy, random: stream(1) });
  await decodeMany({ draft, target }, 50, 50, { targetWarp: greedy, trace: true }, (result) => {
    assertEquals(result.tokens, best);
    for (const at of result.trace!) {
      const row = sevenStateChains().draft.row(at.position + 1, best[at.position - 1] ?? 0);
      assertAlmostEquals(at.totalVariation, 1 - row[best[at.position]!]!, 1e-6);
    }
  });
  const both = { targetWarp: greedy, draftWarp: greedy, trace: true };
  await decodeMany({ draft, target }, 5, 50, both, (result) => {
    assertEquals(result.tokens, best);
    for (const at of result.trace!) assertEquals(at.totalVariation, at.accepted ? 0 : 1);
  });
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

Deno.test("cached and uncached decoding give the same tokens for the same stream", async () => {
  const pair = models(sevenStateChains());
  for (const candidates of [1, 3, Infinity]) {
    for (const bonus of [false, true]) {
      for (let run = 0; run < 40; run++) {
        const options = (draft: LanguageModel, target: LanguageModel): SpeculativeOptions => ({
          draft,
          target,
          maxTokens: 40,
          prompt: run % 2 === 0 ? [] : [3, 1, 4],
          candidates: constantLength(candidates),
          bonus,
          random: stream(4, "cache", run),
        });
        const draftWatch = newWatch();
        const targetWatch = newWatch();
        const plain = await speculate(options(pair.draft, pair.target));
        const uncached = await speculate(
          options(watched(pair.draft, draftWatch), watched(pair.target, targetWatch)),
        );
        assertEquals(uncached, plain);

        // what either cache held before each pass is a prefix of the text that came out
        const text = [...run % 2 === 0 ? [] : [3, 1, 4], ...plain.tokens];
        for (const { held } of targetWatch.passes) assertEquals(held, text.slice(0, held.length));
        assert(targetWatch.passes.length <= plain.targetCalls, "one target pass a round");
        assert(draftWatch.passes.length <= plain.drafted, "one draft pass a candidate");
        for (const { read } of draftWatch.passes) assert(read.length <= 2);
        assertEquals([draftWatch.opened, targetWatch.opened], [1, 1]);
        assertEquals([draftWatch.closed, targetWatch.closed], [1, 1]);
      }
    }
  }
});

Deno.test("both sequences are closed when a warp throws", async () => {
  const pair = models(twoStateChains());
  const draftWatch = newWatch();
  const targetWatch = newWatch();
  await assertRejects(
    () =>
      speculate({
        draft: watched(pair.draft, draftWatch),
        target: watched(pair.target, targetWatch),
        maxTokens: 5,
        random: stream(1),
        targetWarp: () => {
          throw new Error("broken warp");
        },
      }),
    Error,
    "broken warp",
  );
  assertEquals([draftWatch.closed, targetWatch.closed], [1, 1]);
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

Deno.test("a text does not depend on the texts decoded before it", async () => {
  const pair = models(twoStateChains());
  const text = (run: number) =>
    speculate({ ...pair, maxTokens: 20, random: stream(9, "order", run) });
  const forward = [];
  for (let run = 0; run < 20; run++) forward.push(await text(run));
  const together = await Promise.all(Array.from({ length: 20 }, (_, run) => text(19 - run)));
  assertEquals(together.reverse(), forward);
});

Deno.test("no tokens, one token", async () => {
  const pair = models(twoStateChains());
  const none = await speculate({ ...pair, maxTokens: 0, trace: true, random: stream(1) });
  assertEquals(none, {
    tokens: [],
    rounds: 0,
    targetCalls: 0,
    drafted: 0,
    discarded: 0,
    rejections: 0,
    trace: [],
  });
  const one = await speculate({ ...pair, maxTokens: 1, bonus: true, random: stream(1) });
  assertEquals([one.tokens.length, one.targetCalls, one.drafted], [1, 1, 1]);
  assertEquals(await sampleText({ model: pair.target, maxTokens: 0, random: stream(1) }), []);
});

Deno.test("bad options give one line each", async () => {
  const two = models(twoStateChains());
  const seven = models(sevenStateChains());
  const random = stream(1);
  for (
    const [options, text] of [
      [{ ...two, target: seven.target, maxTokens: 5 }, "vocabularies of 2 and 7 tokens"],
      [{ ...two, maxTokens: -1 }, "maxTokens: got -1"],
      [{ ...two, maxTokens: NaN }, "maxTokens: got NaN"],
      [{ ...seven, maxTokens: 51 }, "maxTokens after a prompt of 0 tokens: got 51"],
      [{ ...seven, prompt: [1, 2], maxTokens: 49 }, "at most 48"],
    ] as const
  ) {
    const error = await assertRejects(() => speculate({ ...options, random }), UserError, text);
    assertEquals(error.message.includes("\n"), false);
  }
  assertThrows(() => constantLength(0), UserError, "candidates: got 0");
  assertThrows(() => constantLength(2.5), UserError, "candidates: got 2.5");
  await assertRejects(
    () => sampleText({ model: two.target, maxTokens: -3, random }),
    UserError,
    "maxTokens: got -3",
  );
});
