import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import {
  batchSpeculate,
  speculate,
  type SpeculativeResult,
} from "offprint/decoding/decoders/mod.ts";
import { constantLength } from "offprint/decoding/policies/mod.ts";
import {
  expectedBatchRejections,
  lookAheadCounts,
  simulateChains,
} from "offprint/papers/specdec_theory/mod.ts";
import { UserError } from "offprint/errors.ts";
import {
  type ChainPair,
  markovChain,
  markovModel,
  sevenStateChains,
  twoStateChains,
} from "offprint/lm/exact/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare, estimate, RunningMoments, zScore } from "offprint/stats.ts";
import { chainLaw, newWatch, textIndex, watched } from "../fixtures.ts";

function models(pair: ChainPair): { draft: LanguageModel; target: LanguageModel } {
  return { draft: markovModel(pair.draft), target: markovModel(pair.target) };
}

function assertWithin4(values: ArrayLike<number>, expected: number, what: string): void {
  const { mean, standardError } = estimate(values);
  const z = zScore(mean, expected, standardError);
  assertLess(Math.abs(z), 4, `${what}: mean ${mean}, expected ${expected}, z = ${z}`);
}

Deno.test("batch rejections agree with Theorem 3", async () => {
  for (const drafts of [1, 2, 4]) {
    const counts: number[] = [];
    for (let run = 0; run < 3000; run++) {
      const random = stream(21, "batch", drafts, run);
      const result = await batchSpeculate({
        ...models(twoStateChains()),
        drafts,
        maxTokens: 20,
        random,
      });
      assertEquals(result.tokens.length, 20);
      counts.push(result.rejections);
    }
    const expected = expectedBatchRejections(twoStateChains(), 20, drafts).total;
    assertWithin4(counts, expected, `M = ${drafts}`);
  }
});

Deno.test("batch with a short look-ahead and bonus agrees with the exact costs", async () => {
  const pair = sevenStateChains();
  for (const [drafts, candidates, bonus] of [[3, 2, true], [2, 4, false]] as const) {
    const expected = lookAheadCounts(pair, 20, { candidates, bonus, drafts });
    const results: SpeculativeResult[] = [];
    for (let run = 0; run < 2000; run++) {
      results.push(
        await batchSpeculate({
          ...models(pair),
          drafts,
          lookAhead: candidates,
          bonus,
          maxTokens: 20,
          random: stream(22, "batch", run),
        }),
      );
    }
    const name = `M = ${drafts}, K = ${candidates}`;
    assertWithin4(results.map((r) => r.rejections), expected.rejections, name);
    assertWithin4(results.map((r) => r.targetCalls), expected.targetCalls, name);
    assertWithin4(results.map((r) => r.drafted), expected.drafted, name);
    assertWithin4(results.map((r) => r.discarded), expected.discarded, name);
  }
});

Deno.test("batch output law: all texts of three tokens, chi-square against the target", async () => {
  for (
    const [pair, drafts, bonus] of [[twoStateChains(), 4, false], [
      sevenStateChains(),
      3,
      true,
    ]] as const
  ) {
    const size = pair.target.vocabSize;
    const observed = new Float64Array(size ** 3);
    for (let run = 0; run < 25_000; run++) {
      const { tokens } = await batchSpeculate({
        ...models(pair),
        drafts,
        bonus,
        lookAhead: bonus ? 1 : Infinity,
        maxTokens: 3,
        random: stream(23, "batch law", run),
      });
      observed[textIndex(tokens, size, 3)]!++;
    }
    assertGreater(chiSquare(observed, chainLaw(pair.target, 3)).pValue, 1e-3);
  }
});

Deno.test("one draft is speculative decoding, token for token", async () => {
  for (const lookAhead of [1, 3, Infinity]) {
    for (let run = 0; run < 50; run++) {
      const options = {
        ...models(sevenStateChains()),
        prompt: run % 2 === 0 ? [] : [5],
        maxTokens: 30,
        bonus: run % 3 === 0,
        trace: true,
      };
      const batch = await batchSpeculate({
        ...options,
        drafts: 1,
        lookAhead,
        random: stream(24, "one", run),
      });
      const single = await speculate({
        ...options,
        candidates: constantLength(lookAhead),
        random: stream(24, "one", run),
      });
      assertEquals(batch.tokens, single.tokens);
      assertEquals(batch.drafted, single.drafted);
      assertEquals(batch.discarded, single.discarded);
      assertEquals(batch.rejections, single.rejections);
      assertEquals(
        batch.trace!.map((at) => [at.position, at.token, at.accepted, at.acceptance]),
        single.trace!.map((at) => [at.position, at.token, at.accepted, at.acceptance]),
      );
    }
  }
});

Deno.test("batch: cached and uncached decoding give the same tokens, all sequences are closed", async () => {
  const pair = models(sevenStateChains());
  for (const lookAhead of [1, 3, Infinity]) {
    for (let run = 0; run < 20; run++) {
      const watches = [newWatch(), newWatch()];
      const options = {
        drafts: 3,
        prompt: run % 2 === 0 ? [] : [3, 1, 4],
        maxTokens: 25,
        lookAhead,
        bonus: run % 3 === 0,
      };
      const plain = await batchSpeculate({ ...pair, ...options, random: stream(25, "cache", run) });
      const uncached = await batchSpeculate({
        draft: watched(pair.draft, watches[0]!),
        target: watched(pair.target, watches[1]!),
        ...options,
        random: stream(25, "cache", run),
      });
      assertEquals(uncached, plain);
      const text = [...options.prompt, ...plain.tokens];
      for (const { held } of watches[1]!.passes) assertEquals(held, text.slice(0, held.length));
      for (const { opened, closed } of watches) assertEquals(closed, opened);
    }
  }
});

Deno.test("batch: rejections equal the traced rejection probabilities on average", async () => {
  const difference = new RunningMoments();
  for (let run = 0; run < 3000; run++) {
    const { rejections, trace } = await batchSpeculate({
      ...models(twoStateChains()),
      drafts: 3,
      maxTokens: 12,
      trace: true,
      random: stream(26, "trace", run),
    });
    difference.add(rejections - trace!.reduce((sum, at) => sum + at.rejection, 0));
    for (const at of trace!) assert(at.rejection <= at.totalVariation + 1e-15);
  }
  assertLess(Math.abs(zScore(difference.mean, 0, difference.standardError)), 4);
});

Deno.test("batch: end token", async () => {
  const chain = (name: string, rows: number[][]) =>
    markovChain({
      name,
      vocabSize: 3,
      end: 2,
      first: rows[0]!,
      next: (_step, previous) => rows[previous]!,
    });
  const pair = {
    draft: chain("draft", [[0.3, 0.3, 0.4], [0.5, 0.4, 0.1]]),
    target: chain("target", [[0.5, 0.3, 0.2], [0.2, 0.5, 0.3]]),
  };
  const observed = new Float64Array(81);
  for (let run = 0; run < 15_000; run++) {
    const { tokens } = await batchSpeculate({
      ...models(pair),
      drafts: 2,
      lookAhead: 2,
      bonus: true,
      stop: 2,
      maxTokens: 4,
      random: stream(27, "end", run),
    });
    assertEquals(tokens.slice(0, -1).includes(2), false);
    observed[textIndex(tokens, 3, 4, 2)]!++;
  }
  assertGreater(chiSquare(observed, chainLaw(pair.target, 4)).pValue, 1e-3);
});

Deno.test("batch: equal models reject nothing, disjoint ones everything", async () => {
  const { target } = models(twoStateChains());
  const same = await batchSpeculate({
    draft: target,
    target,
    drafts: 3,
    maxTokens: 20,
    random: stream(1),
  });
  assertEquals([same.rejections, same.targetCalls, same.discarded], [0, 1, 40]);
  const only = (token: number) =>
    markovModel(
      markovChain({
        name: `only ${token}`,
        vocabSize: 2,
        first: [1 - token, token],
        next: () => [1 - token, token],
      }),
    );
  const apart = await batchSpeculate({
    draft: only(0),
    target: only(1),
    drafts: 3,
    maxTokens: 4,
    random: stream(1),
  });
  assertEquals([apart.tokens, apart.rejections, apart.targetCalls], [[1, 1, 1, 1], 4, 4]);
});

Deno.test("batch: bad options give one line each", async () => {
  const two = models(twoStateChains());
  const random = stream(1);
  for (
    const [options, text] of [
      [{ drafts: 0, maxTokens: 5 }, "drafts: got 0"],
      [{ drafts: Infinity, maxTokens: 5 }, "drafts: got Infinity"],
      [{ drafts: 2, maxTokens: -5 }, "maxTokens: got -5"],
      [{ drafts: 2, maxTokens: 5, lookAhead: 0 }, "lookAhead: got 0"],
      [
        { drafts: 2, maxTokens: 5, target: models(sevenStateChains()).target },
        "vocabularies of 2 and 7",
      ],
    ] as const
  ) {
    await assertRejects(() => batchSpeculate({ ...two, ...options, random }), UserError, text);
  }
  assertEquals((await batchSpeculate({ ...two, drafts: 2, maxTokens: 0, random })).tokens, []);
});

Deno.test("decoder and direct simulator agree within 4 standard errors", async () => {
  for (const drafts of [1, 3]) {
    const pair = sevenStateChains();
    const { rejections } = simulateChains(pair, {
      steps: 15,
      runs: 40_000,
      drafts,
      random: stream(28, "direct", drafts),
    });
    const direct = estimate(rejections);
    const counts: number[] = [];
    for (let run = 0; run < 4000; run++) {
      const result = await batchSpeculate({
        ...models(pair),
        drafts,
        maxTokens: 15,
        random: stream(28, "decoder", drafts, run),
      });
      counts.push(result.rejections);
    }
    const decoder = estimate(counts);
    const error = Math.hypot(direct.standardError, decoder.standardError);
    assertLess(Math.abs(zScore(decoder.mean, direct.mean, error)), 4);
  }
});
