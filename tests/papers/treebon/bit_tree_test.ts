/** Fair bits: the printed expectations to the last digit, and the production decoder within four standard errors. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  bestOfN,
  oracleScore,
  randomScore,
  rewardFunction,
  treeBon,
} from "offprint/decoding/tree/mod.ts";
import type { Tokens } from "offprint/lm/interface/mod.ts";
import { markovChain, markovModel } from "offprint/lm/exact/mod.ts";
import {
  exactBitBestOfN,
  exactBitTree,
  meanNumber,
  meanText,
} from "offprint/papers/treebon/mod.ts";
import { stream } from "offprint/random.ts";
import { RunningMoments, zScore } from "offprint/stats.ts";

const PRINTED = [
  { n: 4, children: 2, layers: 2, segment: 1, tree: "117/64", best: "215/128" },
  { n: 4, children: 2, layers: 3, segment: 1, tree: "693/256", best: "4815/2048" },
  { n: 4, children: 2, layers: 2, segment: 2, tree: "26487/8192", best: "49063/16384" },
  { n: 4, children: 2, layers: 4, segment: 1, tree: "3669/1024", best: "49063/16384" },
  { n: 4, children: 4, layers: 2, segment: 2, tree: "215/64", best: "49063/16384" },
  { n: 4, children: 4, layers: 4, segment: 1, tree: "15/4", best: "49063/16384" },
  { n: 8, children: 2, layers: 2, segment: 1, tree: "32367/16384", best: "62255/32768" },
  { n: 8, children: 4, layers: 2, segment: 1, tree: "16305/8192", best: "62255/32768" },
];

const ones = (tokens: Tokens): number => tokens.filter((token) => token === 1).length;
const bits = markovModel(
  markovChain({ name: "bits", vocabSize: 2, first: [0.5, 0.5], next: () => [0.5, 0.5] }),
);
const reward = rewardFunction("ones", ones);

Deno.test("expected rewards are the printed fractions", () => {
  for (const { tree, best, ...shape } of PRINTED) {
    assertEquals(meanText(exactBitTree(shape)), tree);
    assertEquals(meanText(exactBitBestOfN(shape.n, shape.layers * shape.segment)), best);
  }
  assertEquals(meanText(exactBitTree(PRINTED[0]!, "random")), "51/32");
  assertEquals(meanText(exactBitBestOfN(1, 4)), "2");
});

Deno.test("the decoder reaches the exact expectation, with a perfect score and with noise", async () => {
  for (const selection of ["perfect", "random"] as const) {
    for (const { n, children, layers, segment } of PRINTED) {
      const moments = new RunningMoments();
      for (let run = 0; run < 1500; run++) {
        const random = (path: readonly number[]) => stream(run, "bits", ...path);
        const { reward: got } = await treeBon({
          policy: bits,
          reward,
          score: selection === "perfect"
            ? oracleScore(ones)
            : randomScore((path) => stream(run, "noise", ...path)),
          n,
          children,
          layers,
          maxTokens: layers * segment,
          random,
        });
        moments.add(got);
      }
      const exact = meanNumber(exactBitTree({ n, children, layers, segment }, selection));
      const z = zScore(moments.mean, exact, moments.standardError);
      assert(Math.abs(z) < 4, `${selection} ${n}, ${children}, ${layers}, ${segment}: z = ${z}`);
    }
  }
});

Deno.test("best-of-N by the decoder reaches its exact expectation", async () => {
  const moments = new RunningMoments();
  for (let run = 0; run < 4000; run++) {
    const random = (path: readonly number[]) => stream(run, "bits", ...path);
    moments.add((await bestOfN({ policy: bits, reward, n: 4, maxTokens: 2, random })).reward);
  }
  assertAlmostEquals(moments.mean, 215 / 128, 4 * moments.standardError);
});
