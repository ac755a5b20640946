/**
 * Lets a model answer problems and counts what its answers are worth.
 *
 * @module
 */
import type { GeneratedAnswer, TextModel } from "offprint/lm/text/mod.ts";
import { mean, type MeanInterval, meanInterval } from "offprint/stats.ts";
import { passAtK } from "./pass_at_k.ts";
import type { Candidate, Problem, Question, Verdict } from "./problem.ts";

/** How answers are drawn. */
export interface SolveOptions {
  samples: number;
  temperature: number;
  seed: number;
  maxTokens?: number;
  /** Problems that are under way at the same time: 1 for a model of this machine (default), more for a server. */
  concurrency?: number;
  /**
   * Called after every problem, with what is done so far in the order of the problems. No call of this or of `onAnswer` begins
   * before the last one has ended.
   */
  onProblem?: (done: number, total: number, solved: readonly Solved[]) => void | Promise<void>;
  /** Called for every answer, in the order in which problems end. */
  onAnswer?: (answer: JudgedAnswer) => void | Promise<void>;
}

/** The counts of one problem. */
export interface Solved {
  name: string;
  group: string;
  samples: number;
  compiled: number;
  passed: number;
}

/** One answer with all that is known about it. */
export interface JudgedAnswer extends Verdict {
  problem: string;
  sample: number;
  /** By which rule the candidate was taken out of the reply. */
  rule: string;
  /** Whether the answer ended at the limit on tokens. */
  cut: boolean;
  /** Why there is no answer, where there is none. */
  failure?: string;
  candidate: string;
}

/**
 * Asks for every problem `samples` times and judges each different answer once. An answer that is none
 * (refused, empty, malformed), and a prompt that does not fit into the model's context, count as not solved.
 */
export async function solve<P extends Problem>(
  problems: readonly P[],
  asking: (problem: P) => Question,
  model: TextModel,
  options: SolveOptions,
): Promise<Solved[]> {
  const { onProblem = () => {}, onAnswer = () => {}, concurrency = 1 } = options;
  const results: (Solved | undefined)[] = problems.map(() => undefined);
  let next = 0, done = 0;
  let failed: { error: unknown } | undefined;
  // A file that is written by an earlier call must not replace what a later call wrote.
  let telling: Promise<void> = Promise.resolve();
  const tell = async (answers: readonly JudgedAnswer[]): Promise<void> => {
    for (const answer of answers) await onAnswer(answer);
    await onProblem(++done, problems.length, results.filter((each) => each !== undefined));
  };
  const worker = async (): Promise<void> => {
    while (next < problems.length && failed === undefined) {
      const at = next++;
      try {
        const { solved, answers } = await solveOne(problems[at]!, asking, model, options);
        results[at] = solved;
        telling = telling.then(() => tell(answers));
        await telling;
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker));
  if (failed !== undefined) throw failed.error;
  return results.filter((each) => each !== undefined);
}

async function solveOne<P extends Problem>(
  problem: P,
  asking: (problem: P) => Question,
  model: TextModel,
  options: SolveOptions,
): Promise<{ solved: Solved; answers: JudgedAnswer[] }> {
  const { samples } = options;
  const { prompt, answer } = asking(problem);
  const replies = await repliesOf(model, prompt, options);
  const verdicts = new Map<string, Verdict>();
  const answers: JudgedAnswer[] = [];
  for (const [sample, { text: reply, cut = false, failure }] of replies.entries()) {
    const { text: candidate, rule } = candidateOf(answer(reply));
    const verdict = failure === undefined
      ? verdicts.get(candidate) ?? await problem.judge(candidate)
      : { compiles: false, passes: false, reason: failure };
    if (failure === undefined) verdicts.set(candidate, verdict);
    answers.push({
      problem: problem.name,
      sample,
      rule,
      cut,
      ...(failure === undefined ? {} : { failure }),
      ...verdict,
      candidate,
    });
  }
  const count = (holds: (answer: JudgedAnswer) => boolean): number => answers.filter(holds).length;
  const solved = {
    name: problem.name,
    group: problem.group,
    samples,
    compiled: count(({ compiles }) => compiles),
    passed: count(({ passes }) => passes),
  };
  return { solved, answers };
}

function candidateOf(found: string | Candidate): Candidate {
  return typeof found === "string" ? { text: found, rule: "as the model was trained" } : found;
}

async function repliesOf(
  model: TextModel,
  prompt: string,
  { samples, temperature, seed, maxTokens }: SolveOptions,
): Promise<GeneratedAnswer[]> {
  const generate = {
    samples,
    temperature,
    seed,
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
  try {
    if (model.answers !== undefined) return await model.answers(prompt, generate);
    return (await model.generate(prompt, generate)).map((text) => ({ text }));
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** A share of problems with its 95 % interval over problems; of one problem there is none (NaN). */
export type Share = MeanInterval;

/** The unbiased pass@k, mean over problems. */
export function passShare(results: readonly Solved[], k: number): Share {
  return shareOf(results.map(({ samples, passed }) => passAtK(samples, passed, k)));
}

/** The share of answers that compile, mean over problems. */
export function compileShare(results: readonly Solved[]): Share {
  return shareOf(results.map(({ samples, compiled }) => compiled / samples));
}

function shareOf(values: readonly number[]): Share {
  if (values.length > 1) return meanInterval(values);
  return { mean: values.length === 0 ? NaN : mean(values), low: NaN, high: NaN, n: values.length };
}
