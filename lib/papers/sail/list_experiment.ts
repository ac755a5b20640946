/**
 * One run of the list task: an arm trained from the setup of its seed, and judged on prompts it has not seen.
 *
 * @module
 */
import { z } from "zod";
import { sampleTexts } from "offprint/decoding/decoders/mod.ts";
import { UserError } from "offprint/errors.ts";
import { type Completion, completionBatch, OnnxEngine } from "offprint/lm/training/mod.ts";
import { stream } from "offprint/random.ts";
import { type ResponseLogProbs, scorePairs, total } from "offprint/preference/pairs/mod.ts";
import { RewardModel, trainReward } from "offprint/preference/reward/mod.ts";
import {
  bradleyTerryLabeller,
  hardLabeller,
  type Labeller,
  namedScorer,
  sailMethod,
} from "offprint/preference/sail/mod.ts";
import { trainPreference } from "offprint/preference/training/mod.ts";
import {
  DPO_STEPS,
  EVERY,
  type Judge,
  judgedSteps,
  LIST_BATCH,
  LIST_BETA,
  LIST_RATE,
  listArm,
} from "./list_arms.ts";
import { LIST_ADAMW, LIST_THREADS, type ListSetup } from "./list_policy.ts";
import { LIST_END, LIST_LABELS, LIST_TOKENS, listPrompt, listReward } from "./list_task.ts";
import { ANSWERS, type RunLine, runNumbers, runNumbersSchema } from "./run_lines.ts";

/** The schema of a {@linkcode ListResult}. */
export const listResultSchema = z.strictObject({
  arm: z.string(),
  seed: z.int(),
  ...runNumbersSchema.shape,
  /** Why a run ended before its last step. */
  stopped: z.string().nullable(),
});

/** What a run gave. */
export type ListResult = z.infer<typeof listResultSchema>;

/** A reward model trained on the offline pairs of a setup alone. */
export async function learnedReward(
  { config, start, train, heldOut, seed }: ListSetup,
  { steps = 150 }: { steps?: number } = {},
): Promise<{ model: RewardModel; accuracy: number }> {
  const { weights, curve } = await trainReward({
    config,
    start,
    labels: LIST_LABELS,
    train,
    evaluation: heldOut,
    settings: {
      batch: LIST_BATCH,
      schedule: { peak: 5e-4, warmUp: 1, steps, floor: 1 },
      optimizer: LIST_ADAMW,
      evaluateEvery: steps,
      seed,
    },
  }, { threads: LIST_THREADS });
  const model = await RewardModel.open({
    config,
    weights,
    labels: LIST_LABELS,
    threads: LIST_THREADS,
  });
  return { model, accuracy: curve.at(-1)!.accuracy };
}

/** The program that knows how good an answer is. */
export const TRUTH = namedScorer("oracle", { score: (responses) => responses.map(listReward) });

function labellerOf(judge: Judge, learned: RewardModel | undefined): Labeller {
  if (judge === "hard oracle") return hardLabeller(TRUTH);
  if (judge === "oracle") return bradleyTerryLabeller(TRUTH);
  return bradleyTerryLabeller(namedScorer("learned", learned!));
}

/** What a run may be told beside its arm. */
export interface ListRunOptions {
  /** Steps of plain DPO; fewer make a shorter run of the same kind. Default {@linkcode DPO_STEPS}. */
  dpoSteps?: number;
  /** Needed by arms that a learned model labels; where given, all policies are scored by it too. */
  learned?: RewardModel;
  onStep?: (step: number) => void;
  /** Called with everything that the run's numbers are computed from. */
  onLine?: (line: RunLine) => void;
}

/** Trains an arm and judges it. A run that its own terms drive out of bounds ends early, and the result says why. */
export async function performListRun(
  setup: ListSetup,
  name: string,
  { dpoSteps = DPO_STEPS, learned, onStep, onLine }: ListRunOptions = {},
): Promise<ListResult> {
  const arm = listArm(name);
  const { config, start, seed, train, heldOut } = setup;
  const at = judgedSteps(arm, dpoSteps);
  const steps = at.at(-1)!;
  const lines: RunLine[] = [];
  const write = (line: RunLine): void => {
    lines.push(line);
    onLine?.(line);
  };
  const reference = await OnnxEngine.open({
    config,
    optimizer: LIST_ADAMW,
    start: { parameters: new Map(start) },
    threads: LIST_THREADS,
  });
  let stopped: string | null = null;
  try {
    const known = await scorePairs(reference, heldOut);
    const method = sailMethod({
      mixture: arm.mixture,
      reference,
      end: LIST_END,
      maxTokens: LIST_TOKENS,
      seed,
      beta: LIST_BETA,
      labeller: labellerOf(arm.judge ?? "oracle", learned),
      onRecord: (record) => write({ kind: "pair", ...record }),
      ...arm.options,
    });
    const settings = {
      batch: LIST_BATCH,
      schedule: { peak: LIST_RATE, warmUp: 1, steps, floor: 1 },
      optimizer: LIST_ADAMW,
      evaluateEvery: EVERY,
      seed,
    };
    await trainPreference({ config, start, method, train, evaluation: heldOut, settings }, {
      threads: LIST_THREADS,
      ...(onStep === undefined ? {} : { onStep }),
      onPoint: async ({ step }, engine) => {
        for (const line of await heldOutLines(heldOut, engine, known, step)) write(line);
        if (step !== 0 && !at.includes(step)) return;
        for (const line of await answerLines(setup, engine, reference, step, learned)) write(line);
      },
    });
  } catch (error) {
    // Only what a user may see: a training that its own terms have driven out of bounds.
    if (!(error instanceof UserError)) throw error;
    stopped = error.message;
  } finally {
    await reference.close();
  }
  return { arm: name, seed, ...runNumbers(lines), stopped };
}

/** The held-out pairs under the policy of a step. */
async function heldOutLines(
  pairs: ListSetup["heldOut"],
  engine: OnnxEngine,
  known: readonly ResponseLogProbs[],
  step: number,
): Promise<RunLine[]> {
  const scores = await scorePairs(engine, pairs);
  return pairs.map(({ id, chosen, rejected }, i) => ({
    kind: "held-out",
    step,
    id,
    logProbs: [total(scores[i]!.chosen), total(scores[i]!.rejected)],
    referenceLogProbs: [total(known[i]!.chosen), total(known[i]!.rejected)],
    lengths: [chosen.length, rejected.length],
  }));
}

/** Answers to the test prompts by the policy of a step. */
async function answerLines(
  { test, seed }: Pick<ListSetup, "test" | "seed">,
  engine: OnnxEngine,
  reference: OnnxEngine,
  step: number,
  learned?: RewardModel,
): Promise<RunLine[]> {
  const prompts = test.flatMap((request) => Array(ANSWERS).fill(listPrompt(request)));
  const texts = await sampleTexts({
    model: await engine.decoder(),
    prompts,
    maxTokens: LIST_TOKENS,
    // The same streams for every arm and step: differences are paired.
    random: (text) => stream(seed, "judged answer", text),
    stop: LIST_END,
    batch: 50,
  });
  const answers = texts.map((completion, i): Completion => ({ prompt: prompts[i]!, completion }));
  const own = await answerLogProbs(engine, answers);
  const old = await answerLogProbs(reference, answers);
  const scores = await learned?.score(answers);
  return answers.map(({ prompt, completion }, i) => ({
    kind: "answer",
    step,
    prompt: [...prompt],
    answer: [...completion],
    logProb: own[i]!,
    referenceLogProb: old[i]!,
    learned: scores?.[i] ?? null,
  }));
}

/** log π of answers, nats. */
async function answerLogProbs(
  engine: OnnxEngine,
  answers: readonly Completion[],
): Promise<number[]> {
  const sums: number[] = [];
  for (let from = 0; from < answers.length; from += 80) {
    const batch = completionBatch(engine.config, answers.slice(from, from + 80), 5 + LIST_TOKENS);
    const logProbs = await engine.logProbs(batch);
    for (let row = 0; row < batch.rows; row++) {
      let sum = 0;
      for (let i = row * batch.length; i < (row + 1) * batch.length; i++) {
        sum += batch.weights[i]! * logProbs[i]!;
      }
      sums.push(sum);
    }
  }
  return sums;
}
