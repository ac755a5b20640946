/** Scores from token log-ratios: the variants, incremental against from scratch, the floor. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  emptyAccount,
  LOG_PROB_FLOOR,
  LOG_RATIO_SCORES,
  logRatioScore,
  logRatioScoreOf,
  textOf,
  treeBon,
} from "offprint/decoding/tree/mod.ts";
import { markovChain, markovModel } from "offprint/lm/exact/mod.ts";
import { modelReader } from "offprint/lm/interface/mod.ts";
import { END, endingModel, ONES, streams, tunedModel, tunedScore } from "./tree_fixtures.ts";

Deno.test("variants disagree on three nodes as printed: sum B, mean C, weighted A, weighted by H_K C", () => {
  const nodes = { A: [1, 0.2, 0.1, 0.1], B: [0.1, 0.3, 0.6, 0.6], C: [0.6, 0.5] };
  const table = (score: (ratios: number[]) => number) => Object.values(nodes).map(score);
  const winner = (values: number[]) => "ABC"[values.indexOf(Math.max(...values))];
  const harmonic = (K: number) =>
    Array.from({ length: K }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b);
  const all: [string, number[], number[], string][] = [
    ["sum", table((l) => logRatioScoreOf("sum", l)), [1.4, 1.6, 1.1], "B"],
    ["mean", table((l) => logRatioScoreOf("mean", l)), [0.35, 0.4, 0.55], "C"],
    ["weighted", table((l) => logRatioScoreOf("weighted", l)), [1.1583333, 0.6, 0.85], "A"],
    [
      "weighted by H_K",
      table((l) => logRatioScoreOf("weighted", l) / harmonic(l.length)),
      [0.556, 0.288, 0.5666667],
      "C",
    ],
  ];
  for (const [name, got, printed, best] of all) {
    got.forEach((value, i) =>
      assertAlmostEquals(value, printed[i]!, name.includes("H_K") ? 5e-4 : 1e-7)
    );
    assertEquals(winner(got), best, name);
  }
});

Deno.test("scores that grew with their nodes are those of whole texts, and weights do not restart", async () => {
  for (const name of LOG_RATIO_SCORES) {
    const policy = endingModel(0.1);
    const { nodes } = await treeBon({
      policy,
      reward: ONES,
      prompt: [2],
      n: 8,
      children: 2,
      layers: 4,
      maxTokens: 21,
      stop: END,
      score: tunedScore(name),
      random: streams(6, name),
    });
    for (const node of nodes.filter(({ score }) => score !== undefined)) {
      const text = textOf(nodes, node.id);
      const [trained, base] = await Promise.all([tunedModel(), policy].map(async (model) => {
        const reader = modelReader(model);
        return Array.from((await reader.read([await reader.open([2])], [text]))[0]!);
      })) as [number[], number[]];
      const ratios = trained.map((value, k) => name === "logp-mean" ? value : value - base[k]!);
      assertAlmostEquals(node.score!, logRatioScoreOf(name, ratios), 1e-6);
    }
  }
});

Deno.test("a reference of its own is read, and is what the ratios are taken against", async () => {
  const reference = modelReader(endingModel(0.4));
  const score = logRatioScore("sum", modelReader(tunedModel()), { reference });
  const account = emptyAccount();
  const prefix = await score.open([1], account);
  const wrong = [-9, -9];
  await score.add([prefix], [{ tokens: [1, 0], logProbs: wrong, path: [0], finished: false }]);
  const byHand = Math.log(0.6 / (0.6 * 1 / 5)) + Math.log(0.2 / (0.6 * 3 / 5));
  assertAlmostEquals(prefix.score, byHand, 1e-6);
  assertEquals([account.scorer, account.reference], [2, 2]);
});

Deno.test("an impossible token counts as the floor, and is counted", async () => {
  const never = markovModel(
    markovChain({ name: "never", vocabSize: 4, first: [1, 0, 0, 0], next: () => [1, 0, 0, 0] }),
  );
  const score = logRatioScore("sum", modelReader(never));
  const account = emptyAccount();
  const prefix = await score.open([0], account);
  await score.add([prefix], [{ tokens: [0, 1], logProbs: [-1, -1], path: [0], finished: false }]);
  assertAlmostEquals(prefix.score, 1 + (LOG_PROB_FLOOR + 1), 1e-6);
  assertEquals(account.floored, 1);
});

Deno.test("a fork grows by itself", async () => {
  const score = tunedScore("weighted");
  const account = emptyAccount();
  const prefix = await score.open([0], account);
  const segment = (tokens: number[]) => ({
    tokens,
    logProbs: tokens.map(() => -1),
    path: [0],
    finished: false,
  });
  await score.add([prefix], [segment([1, 1])]);
  const before = prefix.score;
  const fork = prefix.fork();
  await score.add([fork], [segment([0])]);
  assertEquals(prefix.score, before);
  await score.add([prefix], [segment([0])]);
  assertEquals(prefix.score, fork.score);
});
