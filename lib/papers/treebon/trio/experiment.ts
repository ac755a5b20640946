/**
 * One piece of the rerun with the trained trio: an arm on some prompts, rewarded and judged.
 *
 * @module
 */
import { correlation } from "offprint/correlation.ts";
import { z } from "zod";
import {
  bestOfN,
  LOG_RATIO_SCORES,
  rewardScore,
  RunningScore,
  scoresAt,
  segmentRejection,
  speculativeRejection,
  treeBon,
  type TreeOptions,
  type TreeResult,
} from "offprint/decoding/tree/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import { stream } from "offprint/random.ts";
import type { ResponseJudge } from "./era_judge.ts";
import { type Trio, trioScore } from "./trio.ts";
import { SAMPLES, SHAPE, type TrioArm } from "./arms.ts";

const correlations = z.record(z.string(), z.array(z.number()));

/** The schema of a {@linkcode TrioChoice}. */
export const trioChoiceSchema = z.strictObject({
  /** Of the chosen response: by the reward model that selected it, and by the judge. */
  reward: z.number(),
  judge: z.number(),
  /** Tokens drawn, response tokens read by the scoring model and the reward model, distinct leaves. */
  generated: z.int(),
  scorer: z.int(),
  rewarded: z.int(),
  leaves: z.int(),
  /** Of every sample, where all are kept: reward, judge, sum of log-ratios. */
  samples: z.strictObject({
    reward: z.array(z.number()),
    judge: z.array(z.number()),
    implicit: z.array(z.number()),
    /** Correlation of each partial score with the final reward at the end of each segment but the last. */
    correlations,
  }).exactOptional(),
});

/** What an arm chose for a prompt. */
export type TrioChoice = z.infer<typeof trioChoiceSchema>;

/** What an arm is run with. */
export interface TrioContext {
  trio: Trio;
  judge: ResponseJudge;
  seed: number;
}

/** Runs an arm on one prompt, which is known by its number. */
export async function runTrioArm(
  arm: TrioArm,
  prompt: readonly number[],
  number: number,
  { trio, judge, seed }: TrioContext,
): Promise<TrioChoice> {
  const result = await decodeTrio(arm, prompt, number, trio, seed);
  const { account } = result;
  return {
    reward: rounded(result.reward),
    judge: rounded(judge.score(prompt, result.tokens)),
    generated: account.generated,
    scorer: account.scorer,
    rewarded: account.reward,
    leaves: account.distinctLeaves,
    ...(arm.name === "samples"
      ? { samples: await samplesOf(result, prompt, trio, judge, arm) }
      : {}),
  };
}

/** The decoding of an arm. All arms share the streams of a seed and a prompt, so that differences are paired. */
export function decodeTrio(
  arm: TrioArm,
  prompt: readonly number[],
  number: number,
  trio: Trio,
  seed: number,
): Promise<TreeResult> {
  const { tokenizer, reward } = trio;
  const { n, maxTokens, temperature } = arm;
  const options: TreeOptions = {
    policy: arm.kind === "best-of-n" && arm.from === "tuned" ? trio.tunedPolicy : trio.policy,
    reward,
    prompt,
    maxTokens,
    batch: SAMPLES,
    random: (path) => stream(seed, "tree of the trio", number, ...path),
    ...(temperature === 1 ? {} : { warp: warp({ temperature }) }),
    ...(tokenizer.eos === undefined ? {} : { stop: tokenizer.eos }),
  };
  switch (arm.kind) {
    case "best-of-n":
      return bestOfN({ ...options, n });
    case "tree": {
      const score = trioScore(trio, arm.score, seed, number);
      return treeBon({ ...options, n, layers: arm.layers, children: arm.children, score });
    }
    case "speculative-rejection":
      return speculativeRejection({ ...options, n, every: arm.every, score: rewardScore(reward) });
    case "segment-rejection":
      return segmentRejection({
        ...options,
        goal: SEGMENT_GOAL,
        entropy: 5,
        tries: 8,
        restarts: arm.restarts,
      });
  }
}

/** The reward that segment rejection aims at, nats of the reward model's log-odds. */
const SEGMENT_GOAL = 4;

async function samplesOf(
  { nodes }: TreeResult,
  prompt: readonly number[],
  { tuned, reward }: Trio,
  judge: ResponseJudge,
  { maxTokens }: TrioArm,
): Promise<NonNullable<TrioChoice["samples"]>> {
  const segment = Math.floor(maxTokens / SHAPE.layers);
  const boundaries = Array.from({ length: SHAPE.layers - 1 }, (_, i) => (i + 1) * segment);
  const rewards = nodes.map((node) => node.reward!);
  // One reading serves all scores that are made of log-ratios.
  const root = await tuned.open(prompt);
  const texts = nodes.map(() => root.fork());
  const trained = await tuned.read(texts, nodes.map(({ tokens }) => tokens));
  for (const text of [root, ...texts]) text.close();
  const found: Record<string, number[]> = {};
  let implicit: number[] = [];
  for (const name of LOG_RATIO_SCORES) {
    const rows = nodes.map(({ logProbs }, i) => {
      const running = new RunningScore(name);
      const values = logProbs.map((logProb, k) => {
        running.add(trained[i]![k]!, logProb);
        return running.value;
      });
      return [...boundaries, maxTokens].map((length) =>
        values[Math.min(length, values.length) - 1]!
      );
    });
    if (name === "sum") implicit = rows.map((row) => row.at(-1)!);
    found[name] = boundaries.map((_, b) =>
      rounded(correlation(rows.map((row) => row[b]!), rewards))
    );
  }
  const byReward = await scoresAt(rewardScore(reward), prompt, nodes, boundaries);
  found["rm"] = byReward.map((row) => rounded(correlation(row, rewards)));
  return {
    reward: rewards.map(rounded),
    judge: nodes.map(({ tokens }) => rounded(judge.score(prompt, tokens))),
    implicit: implicit.map(rounded),
    correlations: found,
  };
}

/** To three decimals: what results keep. */
function rounded(value: number): number {
  return Math.round(value * 1e3) / 1e3;
}
