import { assertEquals, assertGreater } from "@std/assert";
import { sampleText, speculate } from "offprint/decoding/decoders/mod.ts";
import { constantLength } from "offprint/decoding/policies/mod.ts";
import { expectedRejections } from "offprint/papers/specdec_theory/mod.ts";
import { type ChainPair, markovChain, markovModel } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare } from "offprint/stats.ts";
import {
  assertWithin4,
  chainLaw,
  decodeMany,
  models,
  newWatch,
  textIndex,
  type Variant,
  watched,
} from "../fixtures.ts";

/** Three tokens, the last one ending the text. */
function endingPair(): ChainPair {
  const chain = (name: string, rows: number[][]) =>
    markovChain({
      name,
      vocabSize: 3,
      end: 2,
      first: rows[0]!,
      next: (_step, previous) => rows[previous]!,
    });
  return {
    draft: chain("ending draft", [[0.3, 0.3, 0.4], [0.5, 0.4, 0.1]]),
    target: chain("ending target", [[0.5, 0.3, 0.2], [0.2, 0.5, 0.3]]),
  };
}

Deno.test("end token: the text stops there and has the law of the absorbing chain", async () => {
  const pair = endingPair();
  for (
    const variant of [
      { stop: 2 },
      { stop: [2], candidates: constantLength(2), bonus: true },
      { stop: 2, candidates: constantLength(3), bonus: true },
    ] satisfies Variant[]
  ) {
    const observed = new Float64Array(3 ** 4);
    let ended = 0;
    await decodeMany(models(pair), 30_000, 4, variant, ({ tokens }) => {
      const end = tokens.indexOf(2);
      assertEquals(tokens.length, end < 0 ? 4 : end + 1);
      if (end >= 0) ended++;
      observed[textIndex(tokens, 3, 4, 2)]!++;
    });
    assertGreater(ended, 1000);
    assertGreater(chiSquare(observed, chainLaw(pair.target, 4)).pValue, 1e-3);
  }
});

Deno.test("end token: after it both chains agree, so Theorem 1 on the absorbing chain is exact", async () => {
  const counts: number[] = [];
  await decodeMany(models(endingPair()), 20_000, 12, { stop: 2 }, (r) => counts.push(r.rejections));
  assertWithin4(counts, expectedRejections(endingPair(), 12).total, "with end token");
});

Deno.test("end token: drafting ends with it and nothing follows it", async () => {
  const { draft, target } = models(endingPair());
  for (let run = 0; run < 500; run++) {
    const watch = newWatch();
    const { tokens } = await speculate({
      draft,
      target: watched(target, watch),
      maxTokens: 12,
      stop: 2,
      bonus: true,
      random: stream(6, "end", run),
    });
    for (const { held, read } of watch.passes) {
      assertEquals([...held, ...read].indexOf(2), -1, "an end token is never read");
    }
    assertEquals(tokens.slice(0, -1).indexOf(2), -1);
  }
});

Deno.test("plain sampling has the target's law and stops at the end token", async () => {
  const pair = endingPair();
  const model = markovModel(pair.target);
  const observed = new Float64Array(81);
  for (let run = 0; run < 20_000; run++) {
    const tokens = await sampleText({
      model,
      maxTokens: 4,
      stop: 2,
      random: stream(3, "plain", run),
    });
    observed[textIndex(tokens, 3, 4, 2)]!++;
  }
  assertGreater(chiSquare(observed, chainLaw(pair.target, 4)).pValue, 1e-3);
});
