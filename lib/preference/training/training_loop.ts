/**
 * Steps, checkpoints and curves of a training on pairs, whatever it is that is trained: a policy or a reward
 * model. What comes after step n depends on the start and the recipe alone, however often the training was
 * interrupted in between.
 *
 * @module
 */
import { z } from "zod";
import { Described, UserError } from "offprint/errors.ts";
import { jsonHash } from "offprint/lm/corpora/mod.ts";
import {
  learningRate,
  loadCheckpoint,
  OnnxEngine,
  type Optimizer,
  restoredState,
  saveCheckpoint,
  type Schedule,
  stateTensors,
} from "offprint/lm/training/mod.ts";
import type { Tensor, TransformerConfig } from "offprint/lm/transformer/mod.ts";
import type { TokenPair } from "../pairs/encode.ts";
import { pairsHash, weightsHash } from "../pairs/reference.ts";
import type { StepGradient } from "./method.ts";

/** How a training is watched, stopped and resumed. */
export interface LoopOptions<P> {
  /** Where checkpoints live; ends with a slash. Without it nothing is saved. */
  folder?: URL;
  /** Seconds between checkpoints. Default 60. */
  checkpointSeconds?: number;
  /** Called with the model at every point of the curves, step 0 included. Its weights must be left as they are. */
  onPoint?: (point: P, engine: OnnxEngine) => void | Promise<void>;
  /** Called after every step. */
  onStep?: (step: number, loss: number) => void;
  onNote?: (line: string) => void;
  signal?: AbortSignal;
  /** Stops after this many steps of this run and saves. */
  stopAfter?: number;
  threads?: number;
}

/** What a training ended with. */
export interface LoopResult<P> {
  finished: boolean;
  step: number;
  curve: P[];
  /** Pairs that were left out of steps because they had no gradient. */
  skipped: number;
  weights: Map<string, Float32Array>;
}

/** What every training begins with. */
export interface TrainingStart {
  config: TransformerConfig;
  start: ReadonlyMap<string, Float32Array>;
  settings: { optimizer: Optimizer };
}

/** Pairs to learn from, and pairs to measure on. */
export interface TrainingPairs {
  train: readonly TokenPair[];
  evaluation: readonly TokenPair[];
}

/** What the loop itself knows of a point of the curves. */
export interface LoopPoint {
  /** Steps done. */
  step: number;
  /** Mean training loss of the steps since the last point; null at step 0. */
  loss: number | null;
}

/** What is trained. */
export interface Training<P extends LoopPoint> {
  engine: OnnxEngine;
  settings: {
    schedule: Schedule;
    /** Steps between two points of the curves. */
    evaluateEvery: number;
  };
  /** What a point of the curves says of the model as it is now. */
  measure(): Promise<Omit<P, keyof LoopPoint>>;
  /** The gradient of step `step`, counted from 1. */
  gradient(step: number): Promise<StepGradient>;
  /** What is learned beside the weights, for checkpoints. */
  state?(): Map<string, Tensor>;
  /** Goes on from such a state. */
  restore?(tensors: ReadonlyMap<string, Tensor>): void;
}

/** Where a training stands. */
export interface Standing<P> {
  progress: Progress<P>;
  /** Those of the checkpoint; absent at the start. */
  tensors?: ReadonlyMap<string, Tensor>;
}

interface Progress<P> {
  format: 1;
  recipe: string;
  step: number;
  skipped: number;
  curve: P[];
  pending: { loss: number; steps: number };
}

const METHOD = "method/";

/**
 * The last checkpoint in the folder, or the start where there is none.
 *
 * @param recipe a hash of all that changes the result.
 * @param point the schema of a point of the curves.
 * @throws {UserError} when the checkpoint belongs to another recipe.
 */
export async function standingOf<P>(
  recipe: string,
  point: z.ZodType<P>,
  { folder, onNote = () => {} }: Pick<LoopOptions<P>, "folder" | "onNote">,
): Promise<Standing<P>> {
  const schema = z.strictObject({
    format: z.literal(1),
    recipe: z.string(),
    step: z.int().nonnegative(),
    skipped: z.int().nonnegative(),
    curve: z.array(point),
    pending: z.strictObject({ loss: z.number(), steps: z.int().nonnegative() }),
  });
  const found = folder === undefined
    ? undefined
    : await loadCheckpoint<Progress<P>>(folder, recipe, onNote, schema);
  return found ?? {
    progress: {
      format: 1,
      recipe,
      step: 0,
      skipped: 0,
      curve: [],
      pending: { loss: 0, steps: 0 },
    },
  };
}

/**
 * A hash of all that changes what a training gives.
 *
 * @param kind what is trained, and how.
 * @param parameters the weights at the start, as the engine holds them.
 */
export async function trainingHash(
  kind: readonly unknown[],
  { config, settings, train, evaluation }: TrainingStart & TrainingPairs,
  parameters: Float32Array,
): Promise<string> {
  return await jsonHash([
    ...kind,
    settings,
    await weightsHash(config, parameters),
    await pairsHash(train),
    train.map(({ labelProbability }) => labelProbability),
    await pairsHash(evaluation),
  ]);
}

/** Opens an engine at the start of a training, and closes it when `work` is over. */
export async function withEngine<R>(
  { config, start, settings: { optimizer } }: TrainingStart,
  { threads }: { threads?: number },
  work: (engine: OnnxEngine) => Promise<R>,
): Promise<R> {
  const engine = await OnnxEngine.open({
    config,
    optimizer,
    start: { parameters: new Map(start) },
    ...(threads === undefined ? {} : { threads }),
  });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/**
 * Trains on from its present step until all steps are done, the signal aborts or `stopAfter` steps are over.
 *
 * @throws {UserError} when curves would have no points, and when a gradient is not finite; the last checkpoint is
 *   from before that step.
 */
export async function trainOn<P extends LoopPoint>(
  training: Training<P>,
  { progress, tensors }: Standing<P>,
  options: LoopOptions<P>,
): Promise<LoopResult<P>> {
  const { engine, settings: { schedule, evaluateEvery } } = training;
  const { onPoint, onStep = () => {}, onNote = () => {}, folder } = options;
  const { config } = engine;
  const { steps } = schedule;
  if (!(Number.isInteger(evaluateEvery) && evaluateEvery >= 1)) {
    throw new UserError({
      what: "training: evaluateEvery",
      got: evaluateEvery,
      expected: "a whole number of steps, at least 1",
    });
  }
  if (tensors !== undefined) {
    engine.restore(restoredState(config, new Map(tensors)));
    training.restore?.(
      new Map(
        [...tensors].filter(([key]) => key.startsWith(METHOD))
          .map(([key, tensor]) => [key.slice(METHOD.length), tensor]),
      ),
    );
    onNote(`resumed at step ${progress.step} of ${steps}`);
  }
  const save = async (): Promise<void> => {
    if (folder === undefined) return;
    const state = stateTensors(config, await engine.state());
    for (const [key, tensor] of training.state?.() ?? []) state.set(`${METHOD}${key}`, tensor);
    await saveCheckpoint(folder, { progress, tensors: state });
  };
  const { pending } = progress;
  const point = async (): Promise<void> => {
    const loss = pending.steps === 0 ? null : pending.loss / pending.steps;
    const next = { step: progress.step, ...await training.measure(), loss } as P;
    pending.loss = pending.steps = 0;
    progress.curve.push(next);
    await onPoint?.(next, engine);
  };
  // The curve begins before the first step; a resumed run has that point already.
  if (progress.curve.length === 0) await point();
  const startedAt = tensors === undefined ? -1 : progress.step;
  let saved = performance.now();
  let left = options.stopAfter ?? Infinity;
  while (progress.step < steps && left-- > 0 && !options.signal?.aborted) {
    const step = progress.step + 1;
    const { gradient, losses, skipped } = await training.gradient(step);
    const norm = await engine.apply(gradient, learningRate(schedule, step), step);
    if (!Number.isFinite(norm)) {
      throw new UserError({
        what: `training, step ${step}`,
        got: new Described(`a gradient of norm ${norm}`),
        expected: "a finite norm",
        todo: "Lower the learning rate; the last checkpoint is untouched.",
      });
    }
    const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
    progress.step = step;
    progress.skipped += skipped;
    pending.loss += loss;
    pending.steps++;
    onStep(step, loss);
    if (step % evaluateEvery === 0 || step === steps) await point();
    if (performance.now() - saved > (options.checkpointSeconds ?? 60) * 1000) {
      await save();
      saved = performance.now();
    }
  }
  // A run that was resumed and did no step leaves its checkpoint as it is.
  if (progress.step > startedAt) await save();
  const { parameters: weights } = await engine.state();
  const { step, curve, skipped } = progress;
  return { finished: step >= steps, step, curve, skipped, weights };
}
