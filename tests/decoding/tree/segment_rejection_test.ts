/** Segment rejection: where segments end, which are taken, and what is counted. */
import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  entropyOf,
  rewardFunction,
  segmentRejection,
  type SegmentRejectionOptions,
  textOf,
} from "offprint/decoding/tree/mod.ts";
import { UserError } from "offprint/errors.ts";
import { END, endingModel, FAIR_BITS, ONES, streams } from "./tree_fixtures.ts";

function segments(more: Partial<SegmentRejectionOptions> = {}): SegmentRejectionOptions {
  return {
    policy: endingModel(0.05),
    reward: ONES,
    prompt: [0],
    goal: 8,
    entropy: 1,
    maxTokens: 16,
    stop: END,
    random: streams(4),
    ...more,
  };
}

Deno.test("a segment that always meets its target is taken at the first try: plain sampling", async () => {
  const sure = segments({ goal: -1000, reward: rewardFunction("zero", () => 0) });
  const { nodes, account, tokens } = await segmentRejection(sure);
  assertEquals(nodes.every(({ outcome }) => outcome !== "rejected"), true);
  assertEquals(account.generated, tokens.length);
});

Deno.test("segments end where the next token is uncertain", async () => {
  // Fair bits have an entropy of log 2 everywhere.
  const bits = { policy: FAIR_BITS, prompt: [], stop: [], maxTokens: 6 };
  const sure = { goal: -1000, reward: rewardFunction("zero", () => 0) };
  const one = await segmentRejection(segments({ ...bits, ...sure, entropy: 0.6 }));
  assertEquals(one.nodes.map(({ tokens }) => tokens.length), [1, 1, 1, 1, 1, 1]);
  const whole = await segmentRejection(segments({ ...bits, ...sure, entropy: 0.7 }));
  assertEquals(whole.nodes.map(({ tokens }) => tokens.length), [6]);
  assertAlmostEquals(entropyOf([0.5, 0.5]), Math.log(2), 1e-12);
  assertEquals(entropyOf([1, 0]), 0);
});

Deno.test("where no segment is good enough the best one tried is taken, and all tokens are counted", async () => {
  const { nodes, account, tokens, chosen } = await segmentRejection(
    segments({ goal: 1e6, tries: 3, restarts: 2 }),
  );
  assertEquals(account.generated, nodes.reduce((sum, node) => sum + node.tokens.length, 0));
  assertEquals(textOf(nodes, chosen), tokens);
  for (const taken of nodes.filter(({ outcome }) => outcome === "parent")) {
    const tried = nodes.filter(({ parent, layer, path }) =>
      parent === taken.parent && layer === taken.layer && path[0] === taken.path[0]
    );
    assertEquals(tried.length, 3);
    assertEquals(taken.score, Math.max(...tried.map(({ score }) => score!)));
  }
  assertEquals(nodes.filter(({ outcome }) => outcome === "chosen").length, 1);
  assertEquals(nodes.some(({ outcome }) => outcome === undefined), false);
});

Deno.test("options out of range are refused with one clear line", async () => {
  const taken = (more: Partial<SegmentRejectionOptions>, line: string) =>
    assertRejects(() => segmentRejection(segments(more)), UserError, line);
  await taken({ beta: 0 }, "beta: got 0, expected a number above 0");
  await taken({ goal: NaN }, "goal: got NaN, expected a number");
  await taken({ share: 2 }, "share: got 2, expected a number in [0, 1]");
  await taken({ entropy: -1 }, "entropy: got -1, expected a number of nats, at least 0");
  await taken({ tries: 0 }, "tries: got 0");
});
