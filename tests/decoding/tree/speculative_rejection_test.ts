/** Speculative rejection: who is dropped, and what it is when nobody is. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  bestOfN,
  rewardScore,
  speculativeRejection,
  type SpeculativeRejectionOptions,
} from "offprint/decoding/tree/mod.ts";
import { UserError } from "offprint/errors.ts";
import { quantile } from "offprint/stats.ts";
import { END, endingModel, ONES, ones, streams } from "./tree_fixtures.ts";

function rejection(more: Partial<SpeculativeRejectionOptions> = {}): SpeculativeRejectionOptions {
  return {
    policy: endingModel(0.05),
    reward: ONES,
    score: rewardScore(ONES),
    prompt: [0],
    n: 16,
    every: 4,
    maxTokens: 18,
    stop: END,
    random: streams(2),
    ...more,
  };
}

Deno.test("texts below the quantile are dropped at every check, and the best of the rest is chosen", async () => {
  const { nodes, account, tokens, reward } = await speculativeRejection(
    rejection({ policy: endingModel(0) }),
  );
  // Equal scores at the cut all stay.
  for (const layer of [1, 2, 3, 4]) {
    const at = nodes.filter((node) => node.layer === layer);
    const cut = quantile(at.map(({ score }) => score!).sort((a, b) => a - b), 0.5);
    for (const { outcome, score } of at) assertEquals(outcome === "pruned", score! < cut);
  }
  assert(account.generated < 16 * 18);
  assertEquals(reward, ones(tokens));
  assertEquals(account.generated, nodes.reduce((sum, node) => sum + node.tokens.length, 0));
});

Deno.test("with nothing dropped speculative rejection is best-of-N", async () => {
  for (let seed = 0; seed < 10; seed++) {
    const options = rejection({ alpha: 0, random: streams(seed) });
    assertEquals((await speculativeRejection(options)).tokens, (await bestOfN(options)).tokens);
  }
});

Deno.test("a share or an interval out of range is refused with one clear line", async () => {
  const cut = (more: Partial<SpeculativeRejectionOptions>, line: string) =>
    assertRejects(() => speculativeRejection(rejection(more)), UserError, line);
  await cut({ alpha: 1 }, "alpha: got 1, expected a number in [0, 1)");
  await cut({ every: 0 }, "every: got 0, expected a whole number of at least 1");
});
