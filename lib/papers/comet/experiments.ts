/**
 * Experiments of paper 05 that a sweep can run: in a cell of the notebook, and by `deno task sweep 05`.
 *
 * @module
 */
import { checkNumber, UserError } from "offprint/errors.ts";
import { perplexity } from "offprint/lm/training/mod.ts";
import { readTransformer } from "offprint/lm/transformer/mod.ts";
import { injectOutliers } from "offprint/quantization/mod.ts";
import {
  calibrateFast,
  fmpq,
  type FmpqOptions,
  simulator,
  totalScore,
  withKv,
} from "offprint/quantization/simulate/mod.ts";
import { loadTexts } from "./accuracy_results.ts";
import { INJECTION, type Subject } from "./configurations.ts";
import { asDocuments, type Excerpt } from "./measurement_texts.ts";
import { shareOf4Work } from "./work_share.ts";

/** What decides which blocks have 8 bits, and how large blocks and groups are. */
export interface MixedPrecision {
  /** "κ = 4": blocks with a channel above 4 times the median; "ρ = 0.25": the quarter of the blocks with the largest. */
  eightBits?: string;
  /** Channels of a block: 32, 64 or 128. */
  blockSize?: number;
  /** Tokens of a group of the 4-bit cache: 32, 64 or 128. */
  groupSize?: number;
  /** Committed excerpts that are scored, of 255 tokens each. */
  texts?: number;
  /** A model under `data/models`, or a path. */
  model?: string;
}

/**
 * The share of the work in 4 bits and the perplexity of W4AxKV4 on a committed model with injected outliers, whose channels
 * the seed draws.
 *
 * @throws {UserError} for another text than "κ = NUMBER" or "ρ = NUMBER", and for a model that does not exist.
 *
 * @example
 * ```ts ignore
 * import { mixedPrecision } from "offprint/papers/comet/experiments.ts";
 *
 * console.log(await mixedPrecision({ eightBits: "κ = 16", blockSize: 128 }, 1));
 * ```
 */
export async function mixedPrecision(
  {
    eightBits = "κ = 4",
    blockSize = 32,
    groupSize = 64,
    texts = 4,
    model = "sotu-target",
  }: MixedPrecision,
  seed: number,
): Promise<{ "f, %": number; perplexity: number }> {
  checkNumber("blockSize", blockSize, { least: 1, whole: true });
  checkNumber("groupSize", groupSize, { least: 1, whole: true });
  checkNumber("texts", texts, { least: 1, whole: true });
  const options: FmpqOptions = { blockSize, ...decidedBy(eightBits) };
  const { subject, evaluation } = await prepared(model, seed);
  const scheme = withKv(fmpq(subject.calibration, options), {
    bits: 4,
    axis: "channel",
    groupSize,
  });
  const { config, weights, calibration } = subject;
  const simulated = await simulator(config, weights, scheme, { calibration });
  try {
    const score = totalScore(await simulated.score(asDocuments(evaluation.slice(0, texts))));
    return { "f, %": 100 * shareOf4Work(subject, options), perplexity: perplexity(score) };
  } finally {
    await simulated.close();
  }
}

function decidedBy(text: string): { threshold: number } | { share8: number } {
  const [, name, number] = /^\s*(κ|ρ)\s*=\s*(\d+(?:\.\d+)?)\s*$/u.exec(text) ?? [];
  if (number !== undefined) {
    if (name === "κ") return { threshold: Number(number) };
    checkNumber("eightBits: ρ", Number(number), { least: 0, most: 1 });
    return { share8: Number(number) };
  }
  throw new UserError({
    what: "eightBits",
    got: text,
    expected: '"κ = NUMBER", a threshold, or "ρ = NUMBER", a share of the blocks',
    todo: 'Write for example "κ = 4".',
  });
}

interface Prepared {
  subject: Subject;
  evaluation: readonly Excerpt[];
}

/** The latest model of this process: the notebook and the points of a sweep that share it calibrate it once. */
let latest: { key: string; made: Promise<Prepared> } | undefined;

/**
 * A model with injected outliers, whose channels the seed draws, and its calibration.
 *
 * @throws {UserError} for a model that does not exist.
 */
export async function injectedSubject(model: string, seed: number): Promise<Subject> {
  return (await prepared(model, seed)).subject;
}

function prepared(model: string, seed: number): Promise<Prepared> {
  const key = `${seed} ${model}`;
  if (latest?.key !== key) latest = { key, made: prepare(model, seed) };
  return latest.made;
}

async function prepare(model: string, seed: number): Promise<Prepared> {
  const [{ config, weights: saved }, { calibration: texts, evaluation }] = await Promise.all([
    readTransformer(model),
    loadTexts(),
  ]);
  const { weights } = injectOutliers(config, saved, { ...INJECTION, seed });
  const calibration = await calibrateFast(config, weights, texts.map(({ tokens }) => tokens));
  return { subject: { config, weights, calibration }, evaluation };
}
