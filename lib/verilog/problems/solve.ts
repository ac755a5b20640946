/**
 * Lets a model answer problems and counts what its answers are worth.
 *
 * @module
 */
import type { TextModel } from "offprint/lm/text/mod.ts";
import { type MeanInterval, meanInterval } from "offprint/stats.ts";
import { passAtK } from "./pass_at_k.ts";
import type { Asking } from "./asking.ts";
import type { Problem, Verdict } from "./problem.ts";

/** How answers are drawn. */
export interface SolveOptions {
  samples: number;
  temperature: number;
  seed: number;
  maxTokens?: number;
  /** Called after every problem. */
  onProblem?: (done: number, total: number) => void;
}

/** The counts of one problem. */
export interface Solved {
  name: string;
  group: string;
  samples: number;
  compiled: number;
  passed: number;
}

/**
 * Asks for every problem `samples` times and judges each different answer once. A prompt that does not
 * fit into the model's context counts as not solved.
 */
export async function solve(
  problems: readonly Problem[],
  asking: Asking,
  model: TextModel,
  options: SolveOptions,
): Promise<Solved[]> {
  const { samples, onProblem = () => {} } = options;
  const results: Solved[] = [];
  for (const problem of problems) {
    const { prompt, answer } = asking(problem);
    const replies = await repliesOf(model, prompt, options);
    const verdicts = new Map<string, Verdict>();
    let compiled = 0;
    let passed = 0;
    for (const reply of replies) {
      const candidate = answer(reply);
      const verdict = verdicts.get(candidate) ?? await problem.judge(candidate);
      verdicts.set(candidate, verdict);
      if (verdict.compiles) compiled++;
      if (verdict.passes) passed++;
    }
    results.push({ name: problem.name, group: problem.group, samples, compiled, passed });
    onProblem(results.length, problems.length);
  }
  return results;
}

async function repliesOf(
  model: TextModel,
  prompt: string,
  options: SolveOptions,
): Promise<string[]> {
  const { onProblem: _, ...generate } = options;
  try {
    return await model.generate(prompt, generate);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** A share of problems with its 95 % interval over problems. */
export type Share = MeanInterval;

/** The unbiased pass@k, mean over problems. */
export function passShare(results: readonly Solved[], k: number): Share {
  return meanInterval(results.map(({ samples, passed }) => passAtK(samples, passed, k)));
}

/** The share of answers that compile, mean over problems. */
export function compileShare(results: readonly Solved[]): Share {
  return meanInterval(results.map(({ samples, compiled }) => compiled / samples));
}
