/** The tables' tree against the production decoder, and the count regression. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { logRatioScore, rewardFunction, treeBon } from "offprint/decoding/tree/mod.ts";
import { markovModel } from "offprint/lm/exact/mod.ts";
import { modelReader } from "offprint/lm/interface/mod.ts";
import {
  boundaryCorrelations,
  chainLab,
  chainTree,
  fitCountReward,
  policyChain,
  totalReward,
} from "offprint/papers/treebon/mod.ts";
import { stream } from "offprint/random.ts";

Deno.test("the tables' tree chooses what the decoder chooses on the chain's language models", async () => {
  // A reward without ties, which float32 in the models would break otherwise than the tables do.
  const lab = chainLab({ seed: 3, horizon: 24, reward: "first token" });
  const policy = markovModel(lab.task.base);
  const tuned = modelReader(markovModel(policyChain("tuned", lab.task, lab.exact.logRatio)));
  for (const score of ["sum", "weighted", "mean", "logp-mean"] as const) {
    for (let run = 0; run < 12; run++) {
      const random = (path: readonly number[]) => stream(run, "lab", ...path);
      const tree = { n: 8, children: 2, layers: 4, random };
      const decoded = await treeBon({
        ...tree,
        policy,
        maxTokens: 24,
        reward: rewardFunction("the task's", (tokens) => totalReward(lab.task, tokens)),
        score: logRatioScore(score, tuned),
      });
      const { text, reward } = chainTree(lab, { ...tree, score });
      assertEquals(decoded.tokens, text);
      assertAlmostEquals(decoded.reward, reward, 1e-9);
    }
  }
});

Deno.test("one layer is best-of-N under every score, and so is one child", () => {
  const lab = chainLab({ seed: 4, horizon: 20 });
  const random = (path: readonly number[]) => stream(1, "same", ...path);
  const plain = chainTree(lab, { n: 8, children: 8, layers: 1, score: "sum", random });
  for (const score of ["weighted", "rm", "random", "oracle"] as const) {
    const text = chainTree(lab, { n: 8, children: 1, layers: 5, score, random }).text;
    assertEquals(text, plain.text);
  }
});

Deno.test("a score that knows everything correlates more than noise, and more with every boundary", () => {
  const lab = chainLab({ seed: 5 });
  const of = (score: "oracle" | "sum" | "random") =>
    boundaryCorrelations(lab, { layers: 4, score, texts: 300 });
  const [oracle, sum, random] = [of("oracle"), of("sum"), of("random")];
  // Both are soft values of the same prefixes; they differ by a constant and the scale β.
  oracle.forEach((value, i) => assertAlmostEquals(value, sum[i]!, 1e-9));
  assert(oracle[0]! < oracle[1]! && oracle[1]! < oracle[2]!);
  for (const value of random) assert(Math.abs(value) < 0.25);
});

Deno.test("a regression on counts learns a reward that is a sum over tokens", () => {
  const worth = [2, -1, 0.5];
  const texts = Array.from({ length: 200 }, (_, i) => {
    const random = stream(i, "counted");
    return Array.from({ length: 5 + random.integer(6) }, () => random.integer(3));
  });
  const value = (text: number[]) => text.reduce((sum, token) => sum + worth[token]!, 3);
  const model = fitCountReward(texts, texts.map(value), 3);
  for (const text of [[0, 1, 2, 2, 1, 0], [2, 2, 0, 1, 1, 1, 0]]) {
    assertAlmostEquals(model.score(text), value(text), 0.15);
  }
});
