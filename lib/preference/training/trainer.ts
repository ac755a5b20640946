/**
 * Trains a policy on pairs. What the policy is after step n depends on its start, the pairs and the settings
 * alone, however often the training was interrupted in between.
 *
 * @module
 */
import { z } from "zod";
import { Described, UserError } from "offprint/errors.ts";
import { sha256 } from "offprint/lm/corpora/mod.ts";
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
import { tensorViews, type TransformerConfig } from "offprint/lm/transformer/mod.ts";
import { stream } from "offprint/random.ts";
import type { TokenPair } from "../pairs/encode.ts";
import { longestText } from "../pairs/pair_batch.ts";
import {
  mismatchedPairs,
  pairsHash,
  type Reference,
  referenceOf,
  weightsHash,
} from "../pairs/reference.ts";
import { measurePairs, type PreferencePoint, preferencePointSchema } from "./curve.ts";
import type { PreferenceMethod, StepPairs } from "./method.ts";

/** The numbers of a training. */
export interface PreferenceSettings {
  /** Pairs per step. */
  batch: number;
  /** Steps in all, and the learning rate of each. */
  schedule: Schedule;
  optimizer: Optimizer;
  /** Steps between two points of the curves. */
  evaluateEvery: number;
  /** Of the order in which pairs come. */
  seed: number;
}

/** What a training starts from. */
export interface PreferenceInput {
  config: TransformerConfig;
  /** The weights of policy and reference at the start. */
  start: ReadonlyMap<string, Float32Array>;
  method: PreferenceMethod;
  train: readonly TokenPair[];
  evaluation: readonly TokenPair[];
  settings: PreferenceSettings;
}

/** How a training is watched, stopped and resumed. */
export interface PreferenceOptions {
  /** Where checkpoints live; ends with a slash. Without it nothing is saved. */
  folder?: URL;
  /** Seconds between checkpoints. Default 60. */
  checkpointSeconds?: number;
  /** Called with the policy at every point of the curves, step 0 included. Its weights must be left as they are. */
  onPoint?: (point: PreferencePoint, engine: OnnxEngine) => void | Promise<void>;
  /** Called after every step. */
  onStep?: (step: number, loss: number) => void;
  onNote?: (line: string) => void;
  signal?: AbortSignal;
  /** Stops after this many steps of this run and saves. */
  stopAfter?: number;
  threads?: number;
}

/** What a training ended with. */
export interface PreferenceResult {
  finished: boolean;
  step: number;
  curve: PreferencePoint[];
  /** Pairs that were left out of steps because they had no gradient. */
  skipped: number;
  weights: Map<string, Float32Array>;
}

const progressSchema = z.strictObject({
  format: z.literal(1),
  recipe: z.string(),
  step: z.int().nonnegative(),
  skipped: z.int().nonnegative(),
  curve: z.array(preferencePointSchema),
  pending: z.strictObject({ loss: z.number(), steps: z.int().nonnegative() }),
});

type Progress = z.infer<typeof progressSchema>;

/**
 * Trains until all steps are done, the signal aborts or `stopAfter` steps are over, from the last checkpoint in
 * the folder if there is one.
 *
 * @throws {UserError} when there are fewer pairs than a batch, the loss stops being a number, or the checkpoint
 *   belongs to another training.
 */
export async function trainPreference(
  input: PreferenceInput,
  options: PreferenceOptions = {},
): Promise<PreferenceResult> {
  const { config, method, settings } = input;
  const { onPoint, onStep = () => {}, onNote = () => {}, folder } = options;
  if (input.train.length < settings.batch) {
    throw new UserError({
      what: `training ${method.name}`,
      got: new Described(`${input.train.length} pairs`),
      expected: `at least one batch of ${settings.batch}`,
    });
  }
  const engine = await OnnxEngine.open({
    config,
    optimizer: settings.optimizer,
    start: { parameters: new Map(input.start) },
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  });
  try {
    const recipe = folder === undefined ? "" : await hashOf(input, engine.parameters);
    const plan = await Plan.prepare(input, engine);
    const evaluated = await referenceOf(engine, input.evaluation);
    const found = folder === undefined
      ? undefined
      : await loadCheckpoint<Progress>(folder, recipe, onNote, progressSchema);
    const progress: Progress = found?.progress ??
      { format: 1, recipe, step: 0, skipped: 0, curve: [], pending: { loss: 0, steps: 0 } };
    if (found !== undefined) {
      engine.restore(restoredState(config, found.tensors));
      method.restore?.(
        new Map(
          [...found.tensors].filter(([key]) => key.startsWith("method/"))
            .map(([key, tensor]) => [key.slice("method/".length), tensor]),
        ),
      );
      onNote(`resumed at step ${progress.step} of ${settings.schedule.steps}`);
    }
    const save = async (): Promise<void> => {
      if (folder === undefined) return;
      const tensors = stateTensors(config, await engine.state());
      for (const [key, tensor] of method.state?.() ?? []) tensors.set(`method/${key}`, tensor);
      await saveCheckpoint(folder, { progress, tensors });
    };
    const { pending } = progress;
    const point = async (): Promise<void> => {
      const measured = await measurePairs(engine, input.evaluation, evaluated);
      const loss = pending.steps === 0 ? null : pending.loss / pending.steps;
      const next = { step: progress.step, ...measured, loss };
      pending.loss = pending.steps = 0;
      progress.curve.push(next);
      await onPoint?.(next, engine);
    };
    if (progress.curve.length === 0) await point();
    const { steps } = settings.schedule;
    const startedAt = found?.progress.step ?? -1;
    let saved = performance.now();
    let left = options.stopAfter ?? Infinity;
    while (progress.step < steps && left-- > 0 && !options.signal?.aborted) {
      const step = progress.step + 1;
      const { gradient, losses, skipped } = await method.gradient(engine, plan.pairsOf(step));
      await engine.apply(gradient, learningRate(settings.schedule, step), step);
      const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
      progress.step = step;
      progress.skipped += skipped;
      pending.loss += loss;
      pending.steps++;
      onStep(step, loss);
      if (step % settings.evaluateEvery === 0 || step === steps) await point();
      if (performance.now() - saved > (options.checkpointSeconds ?? 60) * 1000) {
        await save();
        saved = performance.now();
      }
    }
    if (progress.step > startedAt) await save();
    const { parameters: weights } = await engine.state();
    const { step, curve, skipped } = progress;
    return { finished: step >= steps, step, curve, skipped, weights };
  } finally {
    await engine.close();
  }
}

/** Which pairs belong to which step. */
class Plan {
  readonly #input: PreferenceInput;
  readonly #reference: Reference;
  readonly #mismatched: readonly TokenPair[] | undefined;
  readonly #length: number;
  #epoch = -1;
  #order: number[] = [];

  private constructor(input: PreferenceInput, reference: Reference) {
    this.#input = input;
    this.#reference = reference;
    const { train, method } = input;
    this.#mismatched = method.needsReferencePoint ? mismatchedPairs(train) : undefined;
    this.#length = Math.max(longestText(train), longestText(this.#mismatched ?? train));
  }

  static async prepare(input: PreferenceInput, engine: OnnxEngine): Promise<Plan> {
    const mismatched = input.method.needsReferencePoint;
    return new Plan(input, await referenceOf(engine, input.train, { mismatched }));
  }

  /** The pairs of step `step`, counted from 1: whole epochs in random order, a rest below one batch left out. */
  pairsOf(step: number): StepPairs {
    const { train, settings } = this.#input;
    const perEpoch = Math.floor(train.length / settings.batch);
    const epoch = Math.floor((step - 1) / perEpoch);
    if (epoch !== this.#epoch) {
      this.#order = stream(settings.seed, "pairs", epoch).shuffle([...train.keys()]);
      this.#epoch = epoch;
    }
    const at = ((step - 1) % perEpoch) * settings.batch;
    const indices = this.#order.slice(at, at + settings.batch);
    return {
      step,
      indices,
      pairs: indices.map((i) => train[i]!),
      reference: indices.map((i) => this.#reference.pairs[i]!),
      length: this.#length,
      ...(this.#mismatched === undefined ? {} : {
        mismatched: {
          pairs: indices.map((i) => this.#mismatched![i]!),
          reference: indices.map((i) => this.#reference.mismatched![i]!),
        },
      }),
    };
  }
}

/** A hash of all that changes the result. */
async function hashOf(input: PreferenceInput, parameters: Float32Array): Promise<string> {
  const parts = [
    input.method.name,
    input.method.options,
    input.settings,
    await weightsHash(input.config, parameters),
    await pairsHash(input.train),
    input.train.map(({ labelProbability }) => labelProbability),
    await pairsHash(input.evaluation),
  ];
  return await sha256(new TextEncoder().encode(JSON.stringify(parts)));
}

/** The weights of an engine by name, copied. */
export function namedWeights(engine: OnnxEngine): Map<string, Float32Array> {
  return new Map(
    [...tensorViews(engine.config, engine.parameters)].map(([name, view]) => [name, view.slice()]),
  );
}
