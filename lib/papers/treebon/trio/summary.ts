/**
 * Arms of the trained trio against each other, prompt by prompt.
 *
 * @module
 */
import { ranked } from "offprint/decoding/tree/mod.ts";
import { mean, type MeanInterval, pairedBootstrap } from "offprint/stats.ts";
import { type CorrelationInterval } from "../mod.ts";
import { SAMPLES } from "./arms.ts";
import type { TrioChoice } from "./experiment.ts";
import { choicesOf, type TrioResults } from "./results.ts";

/** A chosen response by both measures. */
export interface Chosen {
  reward: number;
  judge: number;
}

/** What an arm chose, by `seed/prompt`. */
export type ChosenByPrompt = ReadonlyMap<string, Chosen>;

/**
 * Best-of-N from the samples that were drawn once: of the first `n` of each prompt the one with the highest reward, or
 * the highest sum of log-ratios.
 */
export function bestOfSamples(
  results: TrioResults,
  n: number,
  by: "reward" | "implicit" = "reward",
): ChosenByPrompt {
  if (n > SAMPLES) throw new RangeError(`bestOfSamples: got ${n}, expected at most ${SAMPLES}`);
  return new Map(
    [...choicesOf(results, "samples")].map(([key, { samples }]) => {
      const { reward, judge } = samples!;
      const best = ranked(samples![by].slice(0, n))[0]!;
      return [key, { reward: reward[best]!, judge: judge[best]! }];
    }),
  );
}

/** Two arms on the prompts that both were run on. */
export interface Comparison {
  prompts: number;
  /** Share of prompts on which the first is better, ties half, with a 95 % interval over prompts. */
  judgeWins: MeanInterval;
  rewardWins: MeanInterval;
  /** Mean gain of the first. */
  judgeGain: MeanInterval;
  rewardGain: MeanInterval;
}

/**
 * Compares two arms; seeds of a prompt are averaged first. Nothing where they share fewer than two prompts.
 */
export function compareChosen(
  first: ChosenByPrompt,
  second: ChosenByPrompt,
): Comparison | undefined {
  const byPrompt = new Map<string, { first: Chosen; second: Chosen }[]>();
  for (const [key, one] of first) {
    const other = second.get(key);
    if (other === undefined) continue;
    const prompt = key.split("/")[1]!;
    byPrompt.set(prompt, [...(byPrompt.get(prompt) ?? []), { first: one, second: other }]);
  }
  if (byPrompt.size < 2) return undefined;
  const over = (value: (pair: { first: Chosen; second: Chosen }) => number): MeanInterval => {
    const values = [...byPrompt.values()].map((pairs) =>
      pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length
    );
    return pairedBootstrap(values, values.map(() => 0), { seed: 1, resamples: 4000 });
  };
  const wins = (key: keyof Chosen) =>
    over(({ first, second }) =>
      first[key] > second[key] ? 1 : first[key] === second[key] ? 0.5 : 0
    );
  const gain = (key: keyof Chosen) => over(({ first, second }) => first[key] - second[key]);
  return {
    prompts: byPrompt.size,
    judgeWins: wins("judge"),
    rewardWins: wins("reward"),
    judgeGain: gain("judge"),
    rewardGain: gain("reward"),
  };
}

/**
 * Correlations of a partial score with the final reward within a prompt, at each boundary of the samples, with 95 % intervals
 * over prompts; seeds of a prompt are averaged first.
 */
export function sampleCorrelations(results: TrioResults, score: string): CorrelationInterval[] {
  const rows = correlationRows(results, score);
  return (rows[0]?.means ?? []).map((_, boundary) => {
    const values = rows.map(({ means }) => means[boundary]!);
    const found = pairedBootstrap(values, values.map(() => 0), { seed: 1, resamples: 2000 });
    return {
      mean: found.mean,
      low: found.low,
      high: found.high,
      n: SAMPLES * rows.reduce((sum, { seeds }) => sum + seeds, 0),
    };
  });
}

/** Mean correlation of a score over the boundaries and the seeds, prompt by prompt. */
export function correlationByPrompt(results: TrioResults, score: string): number[] {
  return correlationRows(results, score).map(({ means }) => mean(means));
}

/** Of each prompt the correlation at each boundary, a mean over its seeds. */
function correlationRows(
  results: TrioResults,
  score: string,
): { means: number[]; seeds: number }[] {
  const byPrompt = new Map<string, (readonly number[])[]>();
  for (const [key, { samples }] of choicesOf(results, "samples")) {
    const prompt = key.split("/")[1]!;
    byPrompt.set(prompt, [...(byPrompt.get(prompt) ?? []), samples!.correlations[score]!]);
  }
  return [...byPrompt.values()].map((runs) => ({
    means: runs[0]!.map((_, boundary) => mean(runs.map((run) => run[boundary]!))),
    seeds: runs.length,
  }));
}

/** Mean over the prompts of an arm. */
export function meanOf(
  choices: ReadonlyMap<string, TrioChoice>,
  key: "generated" | "scorer" | "rewarded" | "leaves" | "reward" | "judge",
): number {
  let sum = 0;
  for (const choice of choices.values()) sum += choice[key];
  return sum / choices.size;
}
