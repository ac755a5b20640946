import { assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { expectedBatchRejections, simulateChains } from "offprint/papers/specdec_theory/mod.ts";
import { UserError } from "offprint/errors.ts";
import { dirichletChain, sevenStateChains, twoStateChains } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { chiSquare, estimate, zScore } from "offprint/stats.ts";
import { chainLaw, textIndex } from "../../decoding/fixtures.ts";

Deno.test("100 000 simulated texts agree with Theorems 1 and 3 within 4 standard errors", () => {
  const random7 = {
    draft: dirichletChain({ name: "draft", vocabSize: 7, seed: 3, nonStationary: true }),
    target: dirichletChain({ name: "target", vocabSize: 7, seed: 3, nonStationary: true }),
  };
  const settings = [
    [twoStateChains(), 5],
    [twoStateChains(), 20],
    [sevenStateChains(), 50],
    [random7, 50],
  ] as const;
  for (const [pair, steps] of settings) {
    for (const drafts of [1, 2, 4, 5]) {
      const random = stream(31, "simulator", drafts);
      const { rejections } = simulateChains(pair, { steps, runs: 100_000, drafts, random });
      const { mean, standardError } = estimate(rejections);
      const expected = expectedBatchRejections(pair, steps, drafts).total;
      const z = zScore(mean, expected, standardError);
      assertLess(Math.abs(z), 4, `${pair.target.name}, T = ${steps}, M = ${drafts}: z = ${z}`);
    }
  }
});

Deno.test("simulated texts have the target's law", () => {
  for (const pair of [twoStateChains(), sevenStateChains()]) {
    const size = pair.target.vocabSize;
    for (const drafts of [1, 4]) {
      const { texts } = simulateChains(pair, {
        steps: 3,
        runs: 100_000,
        drafts,
        keepTexts: true,
        random: stream(32, "simulator", drafts),
      });
      const observed = new Float64Array(size ** 3);
      for (let run = 0; run < 100_000; run++) {
        observed[textIndex(texts!.subarray(3 * run, 3 * run + 3), size, 3)]!++;
      }
      assertGreater(chiSquare(observed, chainLaw(pair.target, 3)).pValue, 1e-3);
    }
  }
});

Deno.test("the first simulated texts do not depend on how many follow", () => {
  const simulate = (runs: number) =>
    simulateChains(sevenStateChains(), { steps: 50, runs, drafts: 2, random: stream(1, "prefix") });
  assertEquals(simulate(1000).rejections.slice(0, 10), simulate(10).rejections);
});

Deno.test("simulator: empty cases and bad options", () => {
  const pair = twoStateChains();
  const random = stream(1);
  assertEquals(
    simulateChains(pair, { steps: 0, runs: 2, random }).rejections,
    Uint32Array.of(0, 0),
  );
  assertEquals(simulateChains(pair, { steps: 5, runs: 0, random }).rejections.length, 0);
  const equal = { draft: pair.target, target: pair.target };
  assertEquals(
    simulateChains(equal, { steps: 50, runs: 100, random }).rejections,
    new Uint32Array(100),
  );
  for (
    const [options, text] of [
      [{ steps: -1, runs: 1 }, "steps: got -1"],
      [{ steps: 1, runs: -1 }, "runs: got -1"],
      [{ steps: 1, runs: 1, drafts: 0 }, "drafts: got 0"],
    ] as const
  ) {
    assertThrows(() => simulateChains(pair, { ...options, random }), UserError, text);
  }
  assertThrows(
    () =>
      simulateChains({ draft: pair.draft, target: sevenStateChains().target }, {
        steps: 1,
        runs: 1,
        random,
      }),
    UserError,
    "vocabularies of 2 and 7",
  );
});
