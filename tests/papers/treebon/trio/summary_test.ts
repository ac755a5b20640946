/** Comparisons of arms, prompt by prompt, and what is kept of them. */
import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  bestOfSamples,
  choicesOf,
  compareChosen,
  correlationByPrompt,
  loadTrioResults,
  meanOf,
  sampleCorrelations,
  SAMPLES,
  TRIO_TIERS,
  trioPieces,
  trioResultsText,
} from "offprint/papers/treebon/trio/mod.ts";

const choice = (reward: number, judge: number) => ({
  reward,
  judge,
  generated: 10,
  scorer: 5,
  rewarded: 10,
  leaves: 2,
});
const samples = (reward: number[], judge: number[], implicit: number[]) => ({
  ...choice(Math.max(...reward), 0),
  samples: { reward, judge, implicit, correlations: { sum: [0.2, 0.4], rm: [0, 0.1] } },
});
const RESULTS = {
  prompts: [[1], [2]],
  runs: [
    {
      arm: "samples",
      seed: 1,
      from: 0,
      choices: [samples([1, 3, 2], [5, 6, 7], [0, 1, 9]), samples([4, 0, 4], [1, 2, 3], [7, 0, 1])],
    },
    { arm: "tree", seed: 1, from: 0, choices: [choice(3, 9), choice(5, 1)] },
    { arm: "tree", seed: 2, from: 0, choices: [choice(1, 1), choice(1, 1)] },
  ],
};

Deno.test("best-of-N is read off the samples, by reward or by implicit reward, the first of equal ones", () => {
  assertEquals(bestOfSamples(RESULTS, 1).get("1/0"), { reward: 1, judge: 5 });
  assertEquals(bestOfSamples(RESULTS, 3).get("1/0"), { reward: 3, judge: 6 });
  assertEquals(bestOfSamples(RESULTS, 3, "implicit").get("1/0"), { reward: 2, judge: 7 });
  assertEquals(bestOfSamples(RESULTS, 3).get("1/1"), { reward: 4, judge: 1 });
  assertThrows(() => bestOfSamples(RESULTS, SAMPLES + 1), RangeError);
});

Deno.test("two arms are compared where both were run; ties count half", () => {
  const found = compareChosen(choicesOf(RESULTS, "tree"), bestOfSamples(RESULTS, 3))!;
  assertEquals(found.prompts, 2);
  assertAlmostEquals(found.rewardWins.mean, (0.5 + 1) / 2, 1e-12);
  assertAlmostEquals(found.judgeWins.mean, (1 + 0.5) / 2, 1e-12);
  assertAlmostEquals(found.rewardGain.mean, 0.5, 1e-12);
  assertEquals(compareChosen(choicesOf(RESULTS, "none"), bestOfSamples(RESULTS, 3)), undefined);
});

Deno.test("correlations are means over prompts, and over boundaries by prompt", () => {
  assertEquals(sampleCorrelations(RESULTS, "sum").map(({ mean }) => mean), [0.2, 0.4]);
  assertAlmostEquals(correlationByPrompt(RESULTS, "rm")[0]!, 0.05, 1e-12);
  assertEquals(meanOf(choicesOf(RESULTS, "tree"), "scorer"), 5);

  // A prompt under two seeds is one prompt: its seeds are averaged before anything is said of prompts.
  const again = samples([1, 3], [5, 6], [0, 1]);
  again.samples.correlations = { sum: [0.4, 0.8], rm: [0, 0.3] };
  const twice = {
    ...RESULTS,
    runs: [...RESULTS.runs, { arm: "samples", seed: 2, from: 0, choices: [again] }],
  };
  const [first] = sampleCorrelations(twice, "sum");
  assertAlmostEquals(first!.mean, (0.3 + 0.2) / 2, 1e-12);
  assertEquals(first!.n, 3 * SAMPLES);
  assertEquals(correlationByPrompt(twice, "rm").length, 2);
  assertAlmostEquals(correlationByPrompt(twice, "rm")[0]!, 0.1, 1e-12);
});

Deno.test("results are kept with their hash, and an edited file is refused", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  const text = await trioResultsText(RESULTS);
  await Deno.writeTextFile(file, text);
  assertEquals(await loadTrioResults(new URL(`file://${file}`)), RESULTS);
  await Deno.writeTextFile(file, text.replace('"reward":5', '"reward":6'));
  await assertRejects(() => loadTrioResults(new URL(`file://${file}`)), UserError, "restore it");
  await Deno.remove(file);
});

Deno.test("a plan does the deciding arms of a round first, and every piece once", () => {
  const pieces = trioPieces({ prompts: 60, seeds: [1, 2], round: 30 });
  const names = pieces.map(({ arm, seed, from }) => `${arm.name} ${seed} ${from}`);
  assertEquals(new Set(names).size, names.length);
  const arms = TRIO_TIERS.flat().length;
  assertEquals(pieces.length, arms * 6 * 2);
  const firstTier = TRIO_TIERS[0]!.length * 3;
  assertEquals(pieces.slice(0, firstTier).every(({ arm }) => TRIO_TIERS[0]!.includes(arm)), true);
  assertEquals(pieces.slice(0, arms * 3).every(({ from, seed }) => from < 30 && seed === 1), true);
});
