/**
 * What a run of the list task writes down, one JSON object a line: every pair of every step, the held-out pairs at every
 * point of the curve, and every answer that was judged. All numbers of the run's result are computed from these lines, and
 * can be computed anew from the file.
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { mean } from "offprint/stats.ts";
import {
  type PairRecord,
  pairRecordSchema,
  pairTerms,
  type PartMetrics,
  partMetrics,
} from "offprint/preference/sail/mod.ts";
import { preferencePointSchema } from "offprint/preference/training/mod.ts";
import { LIST_BETA } from "./list_arms.ts";
import { type Constraints, constraintsOf, listReward, requestOf } from "./list_task.ts";

/** Answers drawn for each test prompt. */
export const ANSWERS = 8;

const share = z.number().min(0).max(1);
const tokens = z.array(z.int().nonnegative());
const both = z.tuple([z.number(), z.number()]);

const pairLine = pairRecordSchema.extend({ kind: z.literal("pair") });

/** A held-out pair under the policy of a step: chosen first. */
const heldOutLine = z.strictObject({
  kind: z.literal("held-out"),
  step: z.int().nonnegative(),
  id: z.string(),
  /** log π and log π₀ of both responses, nats. */
  logProbs: both,
  referenceLogProbs: both,
  /** Lengths of both, tokens. */
  lengths: both,
});

/** A judged answer of the policy of a step. */
const answerLine = z.strictObject({
  kind: z.literal("answer"),
  step: z.int().nonnegative(),
  prompt: tokens,
  answer: tokens,
  /** log π and log π₀ of the answer, nats. */
  logProb: z.number(),
  referenceLogProb: z.number(),
  /** Score of the learned reward model, where one was trained. */
  learned: z.number().nullable(),
});

/** The schema of a {@linkcode RunLine}. */
const runLineSchema = z.discriminatedUnion("kind", [pairLine, heldOutLine, answerLine]);

/** One line of a run's file. */
export type RunLine = z.infer<typeof runLineSchema>;
export type HeldOutLine = z.infer<typeof heldOutLine>;
export type AnswerLine = z.infer<typeof answerLine>;

/**
 * Reads the lines of a run.
 *
 * @param name of the file, for messages.
 * @throws {UserError} naming the line that is wrong.
 */
export function parseRunLines(text: string, name: string): RunLine[] {
  return text.split("\n").flatMap((line, i) =>
    line.trim() === "" ? [] : [checkedJson(runLineSchema, line, { what: `${name}, line ${i + 1}` })]
  );
}

/** The schema of a {@linkcode Judged}. */
const judgedSchema = z.strictObject({
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

/** The numbers of a run that its lines give. */
export const runNumbersSchema = z.strictObject({
  /** On the held-out pairs. */
  curve: z.array(preferencePointSchema),
  judged: z.array(judgedSchema),
  /** The two parts of the training, over each quarter of the steps. */
  parts: z.array(z.strictObject({ offline: partSchema, online: partSchema })),
});

/** The numbers of a run. */
export type RunNumbers = z.infer<typeof runNumbersSchema>;

/** A run's numbers from its lines. */
export function runNumbers(lines: readonly RunLine[]): RunNumbers {
  const pairs = lines.filter((line) => line.kind === "pair");
  const heldOut = bySteps(lines.filter((line) => line.kind === "held-out"));
  const answers = bySteps(lines.filter((line) => line.kind === "answer"));
  return {
    curve: heldOut.map(([step, at], i) => {
      const before = i === 0 ? -1 : heldOut[i - 1]![0];
      return curvePoint(step, at, pairs.filter((pair) => pair.step > before && pair.step <= step));
    }),
    judged: answers.map(([step, at]) => judgedOf(step, at)),
    parts: quarters(pairs),
  };
}

function bySteps<Line extends { step: number }>(lines: readonly Line[]): [number, Line[]][] {
  const found = new Map<number, Line[]>();
  for (const line of lines) found.set(line.step, [...(found.get(line.step) ?? []), line]);
  return [...found];
}

function curvePoint(
  step: number,
  heldOut: readonly HeldOutLine[],
  since: readonly PairRecord[],
): RunNumbers["curve"][number] {
  const of = (value: (line: HeldOutLine) => number): number => mean(heldOut.map(value));
  const margin = ({ logProbs, referenceLogProbs }: HeldOutLine): number =>
    (logProbs[0] - referenceLogProbs[0]) - (logProbs[1] - referenceLogProbs[1]);
  const losses = bySteps(since).map(([, pairs]) => mean(pairs.map(lossOf)));
  return rounded({
    step,
    chosen: of(({ logProbs }) => logProbs[0]),
    rejected: of(({ logProbs }) => logProbs[1]),
    margin: of(margin),
    chosenPerToken: of(({ logProbs, lengths }) => logProbs[0] / lengths[0]),
    rejectedPerToken: of(({ logProbs, lengths }) => logProbs[1] / lengths[1]),
    accuracy: of((line) => margin(line) > 0 ? 1 : margin(line) === 0 ? 0.5 : 0),
    loss: losses.length === 0 ? null : mean(losses),
  });
}

/** The loss of a pair, −F, both labels weighted by their probability. */
function lossOf({ logProbs, referenceLogProbs, labelProbability }: PairRecord): number {
  const [first, second] = logProbs;
  const [firstReference, secondReference] = referenceLogProbs;
  const pair = { first, second, firstReference, secondReference };
  return -pairTerms(pair, { beta: LIST_BETA, probability: labelProbability }).value;
}

function judgedOf(step: number, lines: readonly AnswerLine[]): Judged {
  const answers = lines.map(({ prompt, answer }) => ({ prompt, completion: answer }));
  const met = answers.map(({ prompt, completion }) => constraintsOf(requestOf(prompt), completion));
  const shareOf = (key: keyof Constraints): number => mean(met.map((each) => each[key] ? 1 : 0));
  const rewards = answers.map(listReward);
  const learned = lines.map((line) => line.learned).filter((score) => score !== null);
  return rounded({
    step,
    rewards: Array.from(
      { length: lines.length / ANSWERS },
      (_, i) => mean(rewards.slice(i * ANSWERS, (i + 1) * ANSWERS)),
    ),
    contains: shareOf("contains"),
    ends: shareOf("ends"),
    distinct: shareOf("distinct"),
    length: shareOf("length"),
    tokens: mean(answers.map(({ completion }) => completion.length)),
    kl: mean(lines.map(({ logProb, referenceLogProb }) => logProb - referenceLogProb)),
    learned: learned.length === 0 ? null : mean(learned),
  });
}

/** The two parts over each quarter of the steps. */
function quarters(records: readonly PairRecord[]): RunNumbers["parts"] {
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
      ) as RunNumbers["parts"][number]["offline"];
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
