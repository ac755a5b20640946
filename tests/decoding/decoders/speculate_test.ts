import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  sampleText,
  speculate,
  type SpeculativeOptions,
  type SpeculativeResult,
} from "offprint/decoding/decoders/mod.ts";
import type { Warp } from "offprint/decoding/verification/mod.ts";
import { constantLength } from "offprint/decoding/policies/mod.ts";
import { expectedRejections, lookAheadCounts } from "offprint/papers/specdec_theory/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovChain, sevenStateChains, twoStateChains } from "offprint/lm/exact/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare } from "offprint/stats.ts";
import {
  assertWithin4,
  chainLaw,
  decodeMany,
  models,
  newWatch,
  textIndex,
  watched,
} from "../fixtures.ts";

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
