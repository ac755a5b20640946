/**
 * The loop of every arm on defective programs of one function, judged by hidden tests that no arm sees.
 *
 * @module
 */
import {
  bestByVerdict,
  type Budget,
  correctnessSample,
  type Examination,
  examine,
  judgeAll,
  type LoopRound,
  optimise,
  type Optimiser,
  type Outcome,
  templateRepairer,
} from "offprint/evaluators/mod.ts";
import { stream } from "offprint/random.ts";
import type { SandboxPool } from "offprint/sandbox/mod.ts";
import {
  ADVERSARIAL_ARMS,
  AIME,
  type Arm,
  armAggregate,
  GENERALIST,
  REPEATED,
  SUBSET_ARMS,
  UNLIMITED_GENERALIST,
} from "./arms.ts";
import type { StudyProgram, StudyTask } from "./study_programs.ts";

/** An arm of the loop: who gives opinions, and where the repairer edits. */
export interface LoopArm extends Arm {
  where?: "random" | "oracle";
}

/** Rewrites of each loop. */
export const ITERATIONS = 10;
/** Seeds of the repairer. */
const LOOP_SEEDS: readonly number[] = [1, 2, 3];
/** Defective programs of a function that loops begin with. */
const STARTS = 2;

/** All 63 subsets and the controls. */
export const LOOP_ARMS: readonly LoopArm[] = [
  ...SUBSET_ARMS,
  GENERALIST,
  UNLIMITED_GENERALIST,
  REPEATED,
  ...ADVERSARIAL_ARMS,
  { ...AIME, name: "AIME-6, random spans", where: "random" },
  { ...AIME, name: "AIME-6, oracle line", where: "oracle" },
];

/** Passed tests and finished programs of one function, over its starts and seeds. */
export interface LoopCounts {
  passed: number;
  completed: number;
}

/** What the loops of one arm did on one function. */
export interface LoopResult {
  arm: string;
  task: string;
  /** Loops: starts times seeds. */
  loops: number;
  /** Hidden tests of all loops together. */
  tests: number;
  /** After each number of rewrites, from 0. */
  rounds: LoopCounts[];
  /** The iteration that its evaluators like best, and the best one by hidden tests, which only an oracle knows. */
  byVerdict: LoopCounts;
  oracleBest: LoopCounts;
  /** Candidates looked at. */
  proposals: number;
}

/** Looks at programs of one function, each text once. */
export class Examiner {
  readonly #task: StudyTask;
  readonly #sandbox: SandboxPool;
  readonly #examined = new Map<string, Promise<Examination>>();
  readonly #sampled = new Map<string, Promise<Examination[]>>();
  readonly #judged = new Map<string, Promise<Outcome>>();

  constructor(task: StudyTask, sandbox: SandboxPool) {
    this.#task = task;
    this.#sandbox = sandbox;
  }

  /** What was found, once for each time that the arm asks. */
  async examinations(arm: Arm, text: string): Promise<Examination[]> {
    const { shown } = this.#task;
    const first = kept(this.#examined, text, () => examine(shown, text, this.#sandbox));
    if (arm.times === undefined) return [await first];
    const again = Array.from({ length: arm.times - 1 }, (_, k) => k + 1);
    return await kept(this.#sampled, text, async () => {
      const examination = await first;
      const others = await Promise.all(
        again.map((sample) => correctnessSample(shown, text, this.#sandbox, sample)),
      );
      return [examination, ...others.map((correctness) => ({ ...examination, correctness }))];
    });
  }

  /** What the hidden tests say. */
  outcome(text: string): Promise<Outcome> {
    return kept(
      this.#judged,
      text,
      async () => (await judgeAll(this.#task.task, [text], this.#sandbox))[0]!,
    );
  }
}

function kept<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const made = make();
  cache.set(key, made);
  return made;
}

/** The programs that loops of a function begin with: drawn with the seed of the corpus, the ported defect first. */
export function startsOf({ programs, task }: StudyTask): StudyProgram[] {
  const defective = programs.filter(({ defective }) => defective);
  const ported = defective.filter(({ origin }) => origin === "ported");
  const others = stream(3, "starts", task.id)
    .shuffle(defective.filter(({ origin }) => origin !== "ported"));
  return [...ported, ...others].slice(0, STARTS);
}

/** One loop. */
export async function runLoop(
  study: StudyTask,
  start: StudyProgram,
  arm: LoopArm,
  { seed, total, examiner }: { seed: number; total: Budget; examiner: Examiner },
): Promise<LoopRound[]> {
  return await optimise({
    task: study.shown,
    start: start.text,
    opinion: async (text) => armAggregate(arm, text, await examiner.examinations(arm, text), total),
    optimiser: repairerOf(arm, start),
    iterations: ITERATIONS,
    // The same numbers for every arm: arms differ by what they say alone.
    random: (iteration) => stream(seed, "repair", start.id, iteration),
  });
}

/** An oracle's line is looked up in the text at hand: an edit above it that adds a line moves it, which is left so. */
function repairerOf({ where }: LoopArm, { line }: StudyProgram): Optimiser {
  if (where !== "oracle") return templateRepairer(where === undefined ? {} : { where });
  return {
    propose: (task, text, aggregate, random) => {
      const lines = text.split("\n");
      const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
      const end = start + (lines[line - 1]?.length ?? 0);
      return templateRepairer({ where: { start, end } }).propose(task, text, aggregate, random);
    },
  };
}

/** Loops of arms from all starts of a function with all seeds. */
export async function loopsOf(
  study: StudyTask,
  total: Budget,
  sandbox: SandboxPool,
  { arms = LOOP_ARMS, seeds = LOOP_SEEDS }: {
    arms?: readonly LoopArm[];
    seeds?: readonly number[];
  } = {},
): Promise<LoopResult[]> {
  const examiner = new Examiner(study, sandbox);
  const starts = startsOf(study);
  const results: LoopResult[] = [];
  for (const arm of arms) {
    const loops = await Promise.all(
      starts.flatMap((start) =>
        seeds.map((seed) => runLoop(study, start, arm, { seed, total, examiner }))
      ),
    );
    results.push(await countsOf(arm.name, study, loops, examiner));
  }
  return results;
}

async function countsOf(
  arm: string,
  { task }: StudyTask,
  loops: readonly LoopRound[][],
  examiner: Examiner,
): Promise<LoopResult> {
  const result: LoopResult = {
    arm,
    task: task.id,
    loops: loops.length,
    tests: loops.length * task.hiddenTests.length,
    rounds: Array.from({ length: ITERATIONS + 1 }, () => ({ passed: 0, completed: 0 })),
    byVerdict: { passed: 0, completed: 0 },
    oracleBest: { passed: 0, completed: 0 },
    proposals: 0,
  };
  const count = (counts: LoopCounts, passed: number): void => {
    counts.passed += passed;
    if (passed === task.hiddenTests.length) counts.completed++;
  };
  for (const rounds of loops) {
    const passed = await Promise.all(rounds.map(async ({ text }) => {
      const { tests } = await examiner.outcome(text);
      return tests.filter((status) => status === "pass").length;
    }));
    passed.forEach((each, at) => count(result.rounds[at]!, each));
    count(result.byVerdict, passed[bestByVerdict(rounds)]!);
    count(result.oracleBest, Math.max(...passed));
    result.proposals += rounds.reduce((sum, { proposals }) => sum + proposals, 0);
  }
  return result;
}
