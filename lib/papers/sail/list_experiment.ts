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
import { mean } from "offprint/stats.ts";
import { RewardModel, trainReward } from "offprint/preference/reward/mod.ts";
import {
  bradleyTerryLabeller,
  hardLabeller,
  type Labeller,
  namedScorer,
  type PairRecord,
  type PartMetrics,
  partMetrics,
  sailMethod,
} from "offprint/preference/sail/mod.ts";
import { preferencePointSchema, trainPreference } from "offprint/preference/training/mod.ts";
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
import {
  type Constraints,
  constraintsOf,
  LIST_END,
  LIST_LABELS,
  LIST_TOKENS,
  listPrompt,
  listReward,
  requestOf,
} from "./list_task.ts";

/** Answers drawn for each test prompt. */
const ANSWERS = 8;

const share = z.number().min(0).max(1);

/** The schema of a {@linkcode Judged}. */
export const judgedSchema = z.strictObject({
  step: z.int().nonnegative(),
  /** Mean true reward of each test prompt's answers, in the order of the prompts. */
  rewards: z.array(z.number()),
  /** Shares of answers that meet each constraint. */
  contains: share,
  ends: share,
  distinct: share,
  length: share,
  /** Mean length of an answer, tokens. */
  tokens: z.number(),
  /** Mean of log π − log π₀ of the answers: an estimate of KL(π ‖ π₀), nats. */
  kl: z.number(),
  /** Mean score of the learned reward model; null where none was trained. */
  learned: z.number().nullable(),
});

/** A policy judged by its own answers. */
export type Judged = z.infer<typeof judgedSchema>;

const partSchema = z.strictObject({
  pairs: z.int(),
  margin: z.number().nullable(),
  accuracy: z.number().nullable(),
  length: z.number().nullable(),
  logProb: z.number().nullable(),
  logRatio: z.number().nullable(),
  unfinished: z.number().nullable(),
  equal: z.int(),
  dropped: z.int(),
});

/** The schema of a {@linkcode ListResult}. */
export const listResultSchema = z.strictObject({
  arm: z.string(),
  seed: z.int(),
  /** On the held-out pairs. */
  curve: z.array(preferencePointSchema),
  judged: z.array(judgedSchema),
  /** The two parts of the training, over each quarter of the steps. */
  parts: z.array(z.strictObject({ offline: partSchema, online: partSchema })),
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
  onRecord?: (record: PairRecord) => void;
}

/** Trains an arm and judges it. A run that its own terms drive out of bounds ends early, and the result says why. */
export async function performListRun(
  setup: ListSetup,
  name: string,
  { dpoSteps = DPO_STEPS, learned, onStep, onRecord }: ListRunOptions = {},
): Promise<ListResult> {
  const arm = listArm(name);
  const { config, start, seed, train, heldOut } = setup;
  const at = judgedSteps(arm, dpoSteps);
  const steps = at.at(-1)!;
  const records: PairRecord[] = [];
  const curve: ListResult["curve"] = [];
  const judged: Judged[] = [];
  const reference = await OnnxEngine.open({
    config,
    optimizer: LIST_ADAMW,
    start: { parameters: new Map(start) },
    threads: LIST_THREADS,
  });
  let stopped: string | null = null;
  try {
    const method = sailMethod({
      mixture: arm.mixture,
      reference,
      end: LIST_END,
      maxTokens: LIST_TOKENS,
      seed,
      beta: LIST_BETA,
      labeller: labellerOf(arm.judge ?? "oracle", learned),
      onRecord: (record) => {
        records.push(record);
        onRecord?.(record);
      },
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
      onPoint: async (point, engine) => {
        curve.push(rounded(point));
        if (point.step !== 0 && !at.includes(point.step)) return;
        judged.push(await judgePolicy(setup, engine, reference, point.step, learned));
      },
    });
  } catch (error) {
    // Only what a user may see: a training that its own terms have driven out of bounds.
    if (!(error instanceof UserError)) throw error;
    stopped = error.message;
  } finally {
    await reference.close();
  }
  return { arm: name, seed, curve, judged, parts: quarters(records), stopped };
}

/** Answers to the test prompts, and how good they are. */
export async function judgePolicy(
  { test, seed }: Pick<ListSetup, "test" | "seed">,
  engine: OnnxEngine,
  reference: OnnxEngine,
  step: number,
  learned?: RewardModel,
): Promise<Judged> {
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
  const met = answers.map(({ prompt, completion }) => constraintsOf(requestOf(prompt), completion));
  const shareOf = (key: keyof Constraints): number => mean(met.map((each) => each[key] ? 1 : 0));
  const rewards = answers.map(listReward);
  const own = await answerLogProbs(engine, answers);
  const old = await answerLogProbs(reference, answers);
  return rounded({
    step,
    rewards: test.map((_, i) => mean(rewards.slice(i * ANSWERS, (i + 1) * ANSWERS))),
    contains: shareOf("contains"),
    ends: shareOf("ends"),
    distinct: shareOf("distinct"),
    length: shareOf("length"),
    tokens: mean(texts.map((text) => text.length)),
    kl: mean(own.map((logProb, i) => logProb - old[i]!)),
    learned: learned === undefined ? null : mean(await learned.score(answers)),
  });
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

/** The two parts over each quarter of the steps. */
function quarters(records: readonly PairRecord[]): ListResult["parts"] {
  const last = records.at(-1)?.step ?? 0;
  return [0, 1, 2, 3].map((quarter) => {
    const some = records.filter(({ step }) => Math.floor(4 * (step - 1) / last) === quarter);
    const { offline, online } = partMetrics(some, { beta: LIST_BETA });
    // JSON has no NaN; a part without pairs has no means.
    const kept = (part: PartMetrics) =>
      Object.fromEntries(
        Object.entries(rounded(part)).map((
          [key, value],
        ) => [key, Number.isNaN(value) ? null : value]),
      ) as ListResult["parts"][number]["offline"];
    return { offline: kept(offline), online: kept(online) };
  });
}

/** Numbers to four decimals: what results keep. */
function rounded<T extends object>(values: T): T {
  const round = (value: unknown): unknown =>
    typeof value === "number"
      ? Math.round(value * 1e4) / 1e4
      : Array.isArray(value)
      ? value.map(round)
      : value;
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, round(value)])) as T;
}
