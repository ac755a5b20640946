/**
 * The loop of each arm with a language model on problems with hidden tests, and what each arm says of programs whose truth is known.
 *
 * @module
 */
import type { ChatClient } from "offprint/chat/mod.ts";
import {
  type Aggregate,
  aggregate,
  type Evaluation,
  judgeAll,
  optimise,
  publicTask,
  readCode,
  readVerdict,
  TOTAL_TOKENS,
} from "offprint/evaluators/mod.ts";
import {
  chatOpinions,
  chatOptimiser,
  firstProgramRequest,
  judgeRequest,
} from "offprint/evaluators/models/mod.ts";
import type { SetProblem } from "offprint/evaluators/sets/mod.ts";
import { stream } from "offprint/random.ts";
import type { SandboxPool } from "offprint/sandbox/mod.ts";
import type { ModelArm } from "./model_arms.ts";

/** What an arm says of one program whose truth is known. */
export interface ModelOpinion {
  /** It fails a hidden test. */
  defective: boolean;
  /** The arm's own verdict, joined. */
  flagged: boolean;
  /** What another call reads out of the joined text; nothing where it gives no verdict. */
  judged?: boolean;
  evaluations: number;
  /** Evaluations that their share of the tokens cut, and ones whose verdict could not be read. */
  truncated: number;
  unread: number;
}

/** One arm on one problem in one trial. */
export interface ModelRun {
  arm: string;
  problem: string;
  trial: number;
  tests: number;
  /** Hidden tests passed by the program after each number of rewrites, from 0. */
  passed: number[];
  /** Of the first program, and of the set's right one where it has one. */
  opinions: ModelOpinion[];
  /** Rewrites that held no program, by why. */
  none: Record<string, number>;
}

/** How problems are run. */
export interface ModelStudyOptions {
  client: ChatClient;
  arms: readonly ModelArm[];
  /** For the language of the problems. */
  sandbox: SandboxPool;
  /** Rewrites. Default 10. */
  iterations?: number;
  /** Default 1. Each has other seeds. */
  trials?: number;
  /** Tokens of all evaluators of an iteration together. Default 3600. */
  tokens?: number;
  seed?: number;
}

/** Longest first program and longest answer of the judge, in tokens. */
const FIRST_TOKENS = 3600, JUDGE_TOKENS = 50;

/** All arms on one problem, with the same first programs. */
export async function modelRuns(
  problem: SetProblem,
  options: ModelStudyOptions,
): Promise<ModelRun[]> {
  const { arms, trials = 1, seed = 1 } = options;
  const runs: ModelRun[] = [];
  for (let trial = 0; trial < trials; trial++) {
    const own = { ...options, seed: trialSeed(seed, trial) };
    const start = problem.start ?? await firstProgram(problem, own);
    for (const arm of arms) runs.push(await runOf(problem, start, arm, trial, own));
  }
  return runs;
}

/** The seed of a trial: far enough from the next that samples, which add to it, never meet. */
export function trialSeed(seed: number, trial: number): number {
  return seed + 1000 * trial;
}

/** A program of the model's own; an answer without one is an empty program, which fails every test. */
async function firstProgram(
  { task }: SetProblem,
  { client, seed = 1 }: ModelStudyOptions,
): Promise<string> {
  const { text } = await client.ask(firstProgramRequest(publicTask(task), {
    tokens: FIRST_TOKENS,
    seed,
    random: stream(seed, "first program", task.id),
  }));
  const read = readCode(text);
  return read.is === "code" ? read.code : "";
}

async function runOf(
  { task, reference }: SetProblem,
  start: string,
  arm: ModelArm,
  trial: number,
  { client, sandbox, iterations = 10, tokens = TOTAL_TOKENS, seed = 1 }: ModelStudyOptions,
): Promise<ModelRun> {
  const shown = publicTask(task);
  const known = new Map<string, Promise<Evaluation[]>>();
  const opinionsOn = (text: string): Promise<Evaluation[]> => {
    const opinions = known.get(text) ??
      chatOpinions(client, shown, text, arm.roles, { ...arm, tokens, seed });
    known.set(text, opinions);
    return opinions;
  };
  const optimiser = chatOptimiser(client, { tokens, seed });
  const rounds = await optimise({
    task: shown,
    start,
    opinion: async (text) => aggregate(await opinionsOn(text)),
    optimiser,
    iterations,
    random: (iteration) => stream(seed, "rewrite", task.id, arm.name, iteration),
    accept: "always",
  });
  const texts = rounds.map(({ text }) => text);
  const examined = [...new Set([start, ...(reference === undefined ? [] : [reference])])];
  const outcomes = await judgeAll(task, [...texts, ...examined], sandbox);
  const passed = outcomes.map(({ tests }) => tests.filter((status) => status === "pass").length);
  const opinions: ModelOpinion[] = [];
  for (const [at, text] of examined.entries()) {
    const evaluations = await opinionsOn(text);
    const joined = aggregate(evaluations);
    const judged = await judgedText(client, joined, seed);
    opinions.push({
      defective: passed[texts.length + at]! < task.hiddenTests.length,
      flagged: joined.verdict === "fail",
      ...(judged === undefined ? {} : { judged }),
      evaluations: evaluations.length,
      truncated: evaluations.filter(({ truncated }) => truncated).length,
      unread: evaluations.filter(({ parse }) => parse !== "ok").length,
    });
  }
  return {
    arm: arm.name,
    problem: task.id,
    trial,
    tests: task.hiddenTests.length,
    passed: passed.slice(0, texts.length),
    opinions,
    none: optimiser.counts.none,
  };
}

/** Whether the model, asked about the joined text alone, reads in it that the program is wrong. */
async function judgedText(
  client: ChatClient,
  { text }: Aggregate,
  seed: number,
): Promise<boolean | undefined> {
  const { text: said } = await client.ask(judgeRequest(text, {
    tokens: JUDGE_TOKENS,
    seed,
    random: stream(seed, "judge"),
  }));
  const verdict = readVerdict(said);
  return verdict === undefined || verdict === "unsure" ? undefined : verdict === "fail";
}
