/** Experiments that a sweep runs: a number that makes no sense is one line, and no result. */
import { assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { rolesAtBudget } from "offprint/papers/aime/experiments.ts";
import { shortBenches } from "offprint/papers/chipgpt_ft/experiments.ts";
import { openBits } from "offprint/papers/chipgptv/experiments.ts";
import { mixedPrecision } from "offprint/papers/comet/experiments.ts";
import { marginRegret } from "offprint/papers/contractual_rl/experiments.ts";
import { mixedRoute } from "offprint/papers/sail/experiments.ts";
import { batchRejections } from "offprint/papers/specdec_theory/experiments.ts";
import { constantCandidates, thresholdGain } from "offprint/papers/specdecpp/experiments.ts";
import { treeGain } from "offprint/papers/treebon/experiments.ts";

/** An experiment with one number of its parameters changed at a time. */
type Experiment = (options: Record<string, number>, seed: number) => unknown;

const WRONG: Record<string, [Experiment, Record<string, number[]>]> = {
  rolesAtBudget: [rolesAtBudget, { tokens: [-5, 2.5], work: [-1] }],
  shortBenches: [shortBenches, { comparisons: [-1], designs: [0.5, -1], mutants: [1.5, -2] }],
  openBits: [openBits, { states: [-1, 2.5], inputBits: [-1, 1.5], told: [-0.5, 1.5] }],
  mixedPrecision: [mixedPrecision, {
    texts: [0, -1, 1.5],
    blockSize: [0, 2.5],
    groupSize: [0, -64, 2.5],
  }],
  marginRegret: [marginRegret, { gap: [-0.2, 1.5], cap: [-1], rounds: [2.5, -1] }],
  mixedRoute: [mixedRoute, {
    share: [1.5],
    coefficient: [NaN],
    worlds: [1.5, 0],
    steps: [2.5, -1],
  }],
  batchRejections: [batchRejections, {
    concentration: [-1, 0],
    drafts: [1.5, 0],
    length: [2.5, -1],
    vocabSize: [2.5, 0],
  }],
  constantCandidates: [constantCandidates, { K: [2.5], ratio: [-1], acceptance: [1.5, -0.5] }],
  thresholdGain: [thresholdGain, { spread: [-1], ratio: [-1] }],
  treeGain: [treeGain, {
    layers: [1.5, 0],
    children: [1.5],
    n: [2.5, 0],
    count: [0, 1.5],
    noise: [-1],
  }],
};

for (const [name, [run, wrong]] of Object.entries(WRONG)) {
  Deno.test(`${name} refuses numbers that make no sense`, async () => {
    for (const [parameter, values] of Object.entries(wrong)) {
      for (const value of values) {
        const message = `${parameter} = ${value}`;
        await assertRejects(
          async () => await run({ [parameter]: value }, 1),
          Error,
          "got ",
          message,
        );
      }
    }
  });
}

Deno.test("mixedPrecision refuses a share of the blocks above 1", async () => {
  const message = "eightBits: ρ: got 1.5, expected a number from 0 to 1";
  await assertRejects(() => mixedPrecision({ eightBits: "ρ = 1.5" }, 1), UserError, message);
});

Deno.test("treeGain names the scores there are", async () => {
  const run = async () => await treeGain({ score: "best" as "sum" }, 1);
  await assertRejects(run, UserError, 'score: got "best", expected one of sum, mean');
});
