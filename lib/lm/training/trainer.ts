/**
 * Trains a transformer by its recipe. The state after step n depends on the recipe alone, however often
 * the training was interrupted in between.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { learningRate, type Schedule } from "./engines/adamw.ts";
import { loadCheckpoint, type Progress, saveCheckpoint } from "./checkpoint.ts";
import type { ModelRecipe } from "../transformer/recipe.ts";
import { openEngine } from "./engines/open_engine.ts";
import { restoredState, stateTensors } from "./engines/state_tensors.ts";
import type { TransformerConfig } from "../transformer/config.ts";
import { languageModelLoss, languageModelStep } from "./engines/language_model_step.ts";
import {
  type Batch,
  batchOf,
  epochWindows,
  type TokenDocument,
  type Window,
} from "./batches/windows.ts";

/** What a training starts from. */
export interface TrainingInput {
  recipe: ModelRecipe;
  /** {@linkcode recipeHash} of the recipe and its corpus. */
  recipeHash: string;
  config: TransformerConfig;
  train: TokenDocument[];
  heldOut: TokenDocument[];
  /** Where checkpoints live; ends with a slash. */
  folder: URL;
}

/** How a training is watched and stopped. */
export interface TrainingOptions {
  /** Called after every step. */
  onStep?: (report: StepProgress) => void;
  /** Called with one line when something is worth telling. */
  onNote?: (line: string) => void;
  /** Seconds between checkpoints. */
  checkpointSeconds?: number;
  /** Stops after the step in progress and saves. */
  signal?: AbortSignal;
  /** Stops after this many steps of this run and saves. */
  stopAfter?: number;
}

/** One step, as seen from outside. */
export interface StepProgress {
  /** Steps done, this one included. */
  step: number;
  steps: number;
  /** Tokens predicted in this step. */
  tokens: number;
  /** Nats per token. */
  loss: number;
  gradientNorm: number;
  learningRate: number;
}

/** What a training ended with. */
export interface TrainingResult {
  /** Whether every step of the recipe is done. */
  finished: boolean;
  progress: Progress;
  weights: Map<string, Float32Array>;
}

/** At most this many windows are in the held-out curve; the card has the whole held-out text. */
const CURVE_WINDOWS = 48;

/**
 * Trains until the recipe is done, the signal aborts or `stopAfter` steps are over, from the last
 * checkpoint in the folder if there is one.
 *
 * @throws {UserError} when the loss stops being a number, or the checkpoint is of another recipe.
 */
export async function train(
  input: TrainingInput,
  options: TrainingOptions = {},
): Promise<TrainingResult> {
  const { recipe, config, folder } = input;
  const { onStep = () => {}, onNote = () => {}, checkpointSeconds = 180 } = options;
  const { training } = recipe;
  const plan = new Plan(input);
  const schedule: Schedule = { ...training, steps: plan.steps };
  const found = await loadCheckpoint(folder, input.recipeHash, onNote);
  const startedAt = found?.progress.step ?? -1;
  const progress: Progress = found?.progress ??
    {
      format: 1,
      recipe: input.recipeHash,
      step: 0,
      tokens: 0,
      curve: [],
      pending: { loss: 0, steps: 0 },
    };
  const engine = await openEngine(
    recipe,
    config,
    found === undefined ? undefined : restoredState(config, found.tensors),
  );
  if (found !== undefined) onNote(`resumed at step ${progress.step} of ${plan.steps}`);

  const save = async (): Promise<void> => {
    const tensors = stateTensors(config, await engine.state());
    await saveCheckpoint(folder, { progress, tensors });
  };
  const curve = curveBatches(input);
  const { pending } = progress;
  let saved = performance.now();
  let stepsLeft = options.stopAfter ?? Infinity;
  while (progress.step < plan.steps && stepsLeft-- > 0 && !options.signal?.aborted) {
    const batch = plan.batch(progress.step);
    const count = progress.step + 1;
    const rate = learningRate(schedule, count);
    const { loss: value, gradientNorm } = await languageModelStep(engine, batch, rate, count);
    if (!Number.isFinite(value)) {
      throw new UserError({
        what: `training ${recipe.name}, step ${count}`,
        got: new Described(`loss ${value}`),
        expected: "a finite loss",
        todo: "Lower training.peak in the recipe; the last checkpoint is untouched.",
      });
    }
    const tokens = batch.weights.reduce((total, weight) => total + weight, 0);
    progress.step = count;
    progress.tokens += tokens;
    pending.loss += value;
    pending.steps++;
    onStep({
      step: count,
      steps: plan.steps,
      tokens,
      loss: value,
      gradientNorm,
      learningRate: rate,
    });
    if (count % training.evaluateEvery === 0 || count === plan.steps) {
      // Measured with the engine in training itself: the model is not exported for a point of the curve.
      let heldOut = 0;
      for (const part of curve) {
        heldOut += await languageModelLoss(engine, part) / curve.length;
      }
      const train = pending.loss / pending.steps;
      progress.curve.push({ step: count, tokens: progress.tokens, train, heldOut });
      pending.loss = pending.steps = 0;
      onNote(`step ${count}: train ${train.toFixed(4)}, held out ${heldOut.toFixed(4)} nats/token`);
    }
    if (performance.now() - saved > checkpointSeconds * 1000) {
      await save();
      saved = performance.now();
    }
  }
  if (progress.step > startedAt) await save();
  const { parameters: weights } = await engine.state();
  await engine.close();
  return { finished: progress.step >= plan.steps, progress, weights };
}

/** Which windows belong to which step. */
class Plan {
  readonly steps: number;
  /** The first step of each epoch, and the end. */
  readonly #first: number[] = [0];
  readonly #input: TrainingInput;
  #epoch = -1;
  #windows: Window[] = [];

  constructor(input: TrainingInput) {
    this.#input = input;
    for (let epoch = 0; epoch < input.recipe.training.epochs; epoch++) {
      const steps = Math.floor(this.#load(epoch).length / input.recipe.training.batch);
      this.#first.push(this.#first.at(-1)! + steps);
    }
    this.steps = this.#first.at(-1)!;
    if (this.steps === 0) {
      throw new UserError({
        what: `training ${input.recipe.name}`,
        got: new Described("a corpus smaller than one batch"),
        expected: "more text, or a smaller training.batch",
      });
    }
  }

  /** The batch of step `step`, counted from 0. */
  batch(step: number): Batch {
    const { recipe, config, train } = this.#input;
    const epoch = this.#first.findLastIndex((first) => first <= step);
    if (epoch !== this.#epoch) {
      this.#windows = this.#load(epoch);
      this.#epoch = epoch;
    }
    const at = (step - this.#first[epoch]!) * recipe.training.batch;
    const windows = this.#windows.slice(at, at + recipe.training.batch);
    return batchOf(train, windows, recipe.model.contextLength, config.bos_token_id);
  }

  #load(epoch: number): Window[] {
    const { recipe, train } = this.#input;
    return epochWindows(train, recipe.model.contextLength, recipe.seed, epoch);
  }
}

/** A fixed sample of held-out windows, in batches of the training's size. */
function curveBatches({ recipe, config, heldOut }: TrainingInput): Batch[] {
  const { batch } = recipe.training;
  const length = recipe.model.contextLength;
  const windows = epochWindows(heldOut, length, recipe.seed, 0).slice(0, CURVE_WINDOWS);
  const batches: Batch[] = [];
  for (let at = 0; at + batch <= windows.length; at += batch) {
    batches.push(batchOf(heldOut, windows.slice(at, at + batch), length, config.bos_token_id));
  }
  return batches;
}
