/**
 * Will a tree pay on a model? Plain samples, the correlation of every partial score with the final reward within a
 * prompt, and what the normal tree makes of it.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import {
  bestOfN,
  checkTree,
  type PartialScore,
  type Reward,
  scoresAt,
} from "offprint/decoding/tree/mod.ts";
import type { LanguageModel, Tokens } from "offprint/lm/interface/mod.ts";
import { stream } from "offprint/random.ts";
import {
  type CorrelationInterval,
  correlationWithin,
  type Prediction,
  predictTree,
  type PromptScores,
} from "./prediction.ts";

/** What is to be predicted, and with what. */
export interface AdviceOptions {
  policy: LanguageModel;
  prompts: readonly Tokens[];
  reward: Reward;
  scores: readonly PartialScore[];
  /** The tree. */
  n: number;
  layers: number;
  children: number;
  maxTokens: number;
  /** Plain samples in all; every prompt gets at least {@linkcode LEAST_SAMPLES}. */
  samples: number;
  seed: number;
  stop?: number | readonly number[];
}

/** The advice for one partial score. */
export interface Advice {
  score: string;
  /** Correlation with the final reward at the end of each segment but the last. */
  boundaries: CorrelationInterval[];
  /** How often the tree's text would have a higher reward than best-of-N's. */
  prediction: Prediction;
  verdict: "pays" | "does not pay" | "cannot be told from so few samples";
}

/** Samples of a prompt: fewer say nothing about differences within it. */
const LEAST_SAMPLES = 5;

/** Draws plain samples and predicts. */
export async function treeAdvice(options: AdviceOptions): Promise<Advice[]> {
  const { policy, reward, scores, n, layers, children, maxTokens, samples, seed } = options;
  checkTree({ n, layers, children, maxTokens });
  if (layers < 2) {
    throw new UserError({ what: "layers", got: layers, expected: "at least 2: one is best-of-N" });
  }
  if (options.prompts.length === 0 || samples < 2 * LEAST_SAMPLES) {
    throw new UserError({
      what: "samples",
      got: new Described(`${options.prompts.length} prompts and ${samples} samples`),
      expected: `a prompt, and at least ${2 * LEAST_SAMPLES} samples`,
    });
  }
  const prompts = options.prompts.slice(0, Math.floor(samples / LEAST_SAMPLES));
  const each = Math.floor(samples / prompts.length);
  const segment = Math.floor(maxTokens / layers);
  const lengths = Array.from({ length: layers - 1 }, (_, i) => (i + 1) * segment);
  const seen = scores.map(() => lengths.map(() => [] as PromptScores[]));
  for (const [number, prompt] of prompts.entries()) {
    const { nodes } = await bestOfN({
      policy,
      reward,
      prompt,
      n: each,
      maxTokens,
      random: (path) => stream(seed, "plain samples", number, ...path),
      ...(options.stop === undefined ? {} : { stop: options.stop }),
    });
    const rewards = nodes.map((node) => node.reward!);
    for (const [s, score] of scores.entries()) {
      const rows = await scoresAt(score, prompt, nodes, lengths);
      rows.forEach((row, boundary) => seen[s]![boundary]!.push({ scores: row, rewards }));
    }
  }
  return scores.map(({ name }, s) => {
    const boundaries = seen[s]!.map(correlationWithin);
    const { mean, low, high } = predictTree({ n, children, layers }, boundaries);
    const prediction = { mean, low, high };
    const verdict = prediction.low > 0.5
      ? "pays"
      : prediction.high < 0.5
      ? "does not pay"
      : "cannot be told from so few samples";
    return { score: name, boundaries, prediction, verdict };
  });
}
