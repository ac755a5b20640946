/**
 * Will a tree pay? Correlations of a partial score with the final reward, measured on plain samples, are looked up in
 * the normal tree.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import { normalQuantile } from "offprint/stats.ts";
import { gaussianTree } from "./gaussian_tree.ts";

/** A correlation with its 95 % interval. */
export interface CorrelationInterval {
  mean: number;
  low: number;
  high: number;
  /** Texts behind it. */
  n: number;
}

/** Scores of texts of one prompt at a boundary, and their final rewards. */
export interface PromptScores {
  scores: readonly number[];
  rewards: readonly number[];
}

/**
 * Correlation within prompts: each prompt's own mean is taken off, since a tree compares texts of one prompt only. The
 * interval is Fisher's, with one degree of freedom less for each prompt.
 *
 * @throws {RangeError} for fewer than four texts beyond one a prompt.
 */
export function correlationWithin(prompts: readonly PromptScores[]): CorrelationInterval {
  let cross = 0, squareScores = 0, squareRewards = 0, n = 0;
  for (const { scores, rewards } of prompts) {
    const count = scores.length;
    const meanScore = scores.reduce((sum, value) => sum + value, 0) / count;
    const meanReward = rewards.reduce((sum, value) => sum + value, 0) / count;
    n += count;
    scores.forEach((score, i) => {
      cross += (score - meanScore) * (rewards[i]! - meanReward);
      squareScores += (score - meanScore) ** 2;
      squareRewards += (rewards[i]! - meanReward) ** 2;
    });
  }
  const free = n - prompts.length - 2;
  if (free < 2) {
    throw new RangeError(
      `correlationWithin: got ${n} texts of ${prompts.length} prompts, expected more texts a prompt`,
    );
  }
  const mean = squareScores === 0 || squareRewards === 0
    ? 0
    : cross / Math.sqrt(squareScores * squareRewards);
  const centre = Math.atanh(Math.max(-0.999999, Math.min(0.999999, mean)));
  const half = normalQuantile(0.975) / Math.sqrt(free);
  return { mean, low: Math.tanh(centre - half), high: Math.tanh(centre + half), n };
}

/** The predicted share of prompts on which the tree's text has the higher reward. */
export interface Prediction {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Predicts how often TreeBoN has a higher reward than best-of-N. A correlation c with the *final* reward at the end of
 * segment i of L means `ρ = c / √(i/L)` with the partial sum, cut to [0, 1]; the normal tree takes it from there. The
 * interval is that of the correlations alone.
 *
 * @param boundaries correlations at the end of each segment but the last.
 * @param options.against N of best-of-N. Default the tree's own width.
 */
export function predictTree(
  { n, children, layers }: { n: number; children: number; layers: number },
  boundaries: readonly CorrelationInterval[],
  { against = n, trees = 3000 }: { against?: number; trees?: number } = {},
): Prediction {
  const winRate = (which: "mean" | "low" | "high"): number => {
    const rho = boundaries.map((each, i) =>
      Math.max(0, Math.min(1, each[which] / Math.sqrt((i + 1) / layers)))
    );
    // One stream for all three: their differences are those of the correlations.
    const random = stream(1, "predicted tree", n, children, layers);
    return gaussianTree({ n, children, layers, rho }, { trees, random, against }).winRate.mean;
  };
  // Each takes as many trees: the ends are simulated only where they are read.
  return {
    mean: winRate("mean"),
    get low() {
      return winRate("low");
    },
    get high() {
      return winRate("high");
    },
  };
}
