/**
 * A world of 24 prompts with 8 responses each in which the reference prefers bad answers, so that pairs drawn from
 * it cover the wrong region (paper 09's spec, section 8a).
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import {
  logLinearPolicy,
  type OfflinePair,
  type TabularProblem,
} from "offprint/preference/sail/mod.ts";

/** Sizes of a world. */
export interface TabularSizes {
  prompts: number;
  responses: number;
  features: number;
  /** Offline pairs. */
  pairs: number;
  /** Held-out pairs. */
  heldOut: number;
  /** Standard deviation of the part of the reward that no parameter can express. Default 0.7. */
  misfit?: number;
}

/** The sizes of the comparison. */
const TABULAR_SIZES: TabularSizes = {
  prompts: 24,
  responses: 8,
  features: 6,
  pairs: 200,
  heldOut: 2000,
};

/** A problem with pairs to be judged on. */
export interface TabularWorld extends TabularProblem {
  /** Labelled as the training pairs are; `probability` is 1 or 0. */
  heldOut: OfflinePair[];
}

/**
 * A world by its seed: features `φ` of variance 1/6, true reward `φ · w* + misfit`, reference
 * `softmax(−r* + noise)`, log-linear policy around it, β = 0.3.
 */
export function tabularWorld(seed: number, sizes: TabularSizes = TABULAR_SIZES): TabularWorld {
  const { prompts, responses, features: width, misfit = 0.7 } = sizes;
  const random = stream(seed, "sail world");
  const table = <T>(each: () => T): T[][] =>
    Array.from({ length: prompts }, () => Array.from({ length: responses }, each));
  const features = table(() =>
    Array.from({ length: width }, () => random.normal() / Math.sqrt(width))
  );
  const truth = Array.from({ length: width }, () => 1.5 * random.normal());
  const reward = features.map((row) =>
    row.map((phi) =>
      phi.reduce((sum, value, k) => sum + value * truth[k]!, misfit * random.normal())
    )
  );
  const reference = reward.map((row) => {
    const logits = row.map((value) => -value + 0.5 * random.normal());
    const largest = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    return logits.map((logit) => logit - largest - Math.log(sum));
  });
  const drawPairs = (part: string, count: number): OfflinePair[] => {
    const draws = stream(seed, "sail pairs", part);
    return Array.from({ length: count }, () => {
      const prompt = draws.integer(prompts);
      const probabilities = reference[prompt]!.map(Math.exp);
      const first = draws.categorical(probabilities);
      // The two responses of a pair differ.
      probabilities[first] = 0;
      const second = draws.categorical(probabilities);
      const wins = 1 / (1 + Math.exp(reward[prompt]![second]! - reward[prompt]![first]!));
      const probability = draws.uniform() < wins ? 1 : 0;
      return { prompt, first, second, probability, weight: 1 / count };
    });
  };
  return {
    policy: logLinearPolicy(reference, features),
    reference,
    reward,
    beta: 0.3,
    pairs: drawPairs("train", sizes.pairs),
    heldOut: drawPairs("held out", sizes.heldOut),
  };
}
