/**
 * Running averages of simulated rejections over their exact expectation: the paper's simulation figure.
 *
 * @module
 */
import type { ChainPair } from "offprint/lm/exact/mod.ts";
import type { Random } from "offprint/random.ts";
import { RunningMoments, zScore } from "offprint/stats.ts";
import { simulateChains } from "./chain_simulator.ts";
import { expectedBatchRejections } from "./expected_rejections.ts";

/** What one chain and number of drafts came to. */
export interface SimulatedAgainstExact {
  /** Expected rejections by Theorem 1 (one draft) or Theorem 3. */
  expected: number;
  mean: number;
  standardError: number;
  /** Standard errors between mean and expectation. */
  z: number;
  /** After this many texts: their mean over the expectation. */
  running: { texts: number; ratio: number }[];
}

/** Numbers of texts from 10 to `runs`, evenly spaced on a logarithmic axis. */
function logarithmicMarks(runs: number, count = 60): number[] {
  const marks = Array.from(
    { length: count },
    (_, i) => Math.round(10 * (runs / 10) ** (i / (count - 1))),
  );
  return [...new Set(marks)];
}

/** Simulates `runs` texts of `steps` tokens with `drafts` parallel drafts. */
export function simulateAgainstExact(
  pair: ChainPair,
  options: { steps: number; runs: number; drafts: number; random: Random },
): SimulatedAgainstExact {
  const { steps, runs, drafts } = options;
  const expected = expectedBatchRejections(pair, steps, drafts).total;
  const marks = logarithmicMarks(runs);
  const running: { texts: number; ratio: number }[] = [];
  const moments = new RunningMoments();
  for (const count of simulateChains(pair, options).rejections) {
    moments.add(count);
    if (moments.count !== marks[running.length]) continue;
    running.push({ texts: moments.count, ratio: moments.mean / expected });
  }
  const { mean, standardError } = moments;
  return { expected, mean, standardError, z: zScore(mean, expected, standardError), running };
}
