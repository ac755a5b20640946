/**
 * Experiments of paper 01 that a sweep can run: in a cell of the notebook, and by `deno task sweep 01`.
 *
 * @module
 */
import { checkNumber, UserError } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";
import { estimate } from "offprint/stats.ts";
import { type ChainLab, chainLab, chainTree } from "./chain_lab.ts";

/** A shape of the tree, and a world of chains whose log-ratios are noisy. */
export interface TreeGain {
  /** Layers of the tree; one is best-of-N. */
  layers?: number;
  /** Children of a kept node. */
  children?: number;
  /** By what partial texts are ranked. */
  score?: "sum" | "mean" | "weighted" | "random" | "oracle";
  /** Texts, N. */
  n?: number;
  /** Prompts. */
  count?: number;
  /** Standard deviation of what is added to every log-ratio. @unit nats */
  noise?: number;
}

/**
 * How much more reward the tree brings than best-of-N with the same number of tokens, on average over the prompts.
 *
 * @throws {UserError} for numbers that make no sense, and for a score that does not exist.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { treeGain } from "offprint/papers/treebon/experiments.ts";
 *
 * // One layer is best-of-N.
 * assertEquals(treeGain({ layers: 1, children: 1, n: 4, count: 3 }, 1).gain, 0);
 * ```
 */
export function treeGain(
  { layers = 4, children = 4, score = "weighted", n = 16, count = 60, noise = 0.5 }: TreeGain,
  seed: number,
): { gain: number; "standard error": number } {
  for (const [what, value] of Object.entries({ layers, children, n, count })) {
    checkNumber(what, value, { least: 1, whole: true });
  }
  checkNumber("noise", noise, { least: 0 });
  if (!SCORES.includes(score)) {
    throw new UserError({ what: "score", got: score, expected: `one of ${SCORES.join(", ")}` });
  }
  const lab = chainLab({ seed, noise });
  const best = rewards(lab, { n, layers: 1, children: 1, score: "sum" }, count);
  const tree = rewards(lab, { n, layers, children, score }, count);
  const gains = estimate(tree.map((reward, i) => reward - best[i]!));
  return { gain: gains.mean, "standard error": gains.standardError };
}

const SCORES = ["sum", "mean", "weighted", "random", "oracle"];

/** Rewards of the chosen texts, prompt by prompt; the same draws whatever the shape. */
function rewards(
  lab: ChainLab,
  shape: Required<Pick<TreeGain, "layers" | "children" | "score" | "n">>,
  count: number,
): number[] {
  return Array.from({ length: count }, (_, run) => {
    const random = (path: readonly number[]) => stream(lab.seed, "chains", run, ...path);
    return chainTree(lab, { ...shape, random }).reward;
  });
}
