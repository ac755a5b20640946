/**
 * Trains a policy on pairs. What the policy is after step n depends on its start, the pairs and the settings
 * alone, however often the training was interrupted in between.
 *
 * @module
 */
import { OnnxEngine, type Optimizer, type Schedule } from "offprint/lm/training/mod.ts";
import { tensorViews, type TransformerConfig } from "offprint/lm/transformer/mod.ts";
import { checkedPair, type TokenPair } from "../pairs/encode.ts";
import { longestText } from "../pairs/pair_batch.ts";
import {
  cachedReference,
  mismatchedPairs,
  type Reference,
  referenceOf,
} from "../pairs/reference.ts";
import { measurePairs, type PreferencePoint, preferencePointSchema } from "./curve.ts";
import type { PreferenceMethod, StepPairs } from "./method.ts";
import { PairOrder } from "./pair_order.ts";
import {
  type LoopOptions,
  type LoopResult,
  standingOf,
  trainingHash,
  trainOn,
  withEngine,
} from "./training_loop.ts";

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
export interface PreferenceOptions extends LoopOptions<PreferencePoint> {
  /**
   * Where the reference's log-probabilities are kept; ends with a slash. Trainings that share start and pairs
   * can share it. Default {@linkcode LoopOptions.folder}.
   */
  references?: URL;
}

/** What a training ended with. */
export type PreferenceResult = LoopResult<PreferencePoint>;

/**
 * Trains until all steps are done, the signal aborts or `stopAfter` steps are over, from the last checkpoint in
 * the folder if there is one.
 *
 * @throws {UserError} when a pair has an empty, too long or equal response, there are fewer pairs than a batch, the loss stops being a number, the checkpoint
 *   belongs to another training, or the reference's log-probabilities on disk belong to another model or other
 *   pairs.
 */
export async function trainPreference(
  input: PreferenceInput,
  options: PreferenceOptions = {},
): Promise<PreferenceResult> {
  const { method, settings, train, evaluation } = input;
  const { folder, references = folder } = options;
  const { batch, seed } = settings;
  for (const pair of [...train, ...evaluation]) {
    checkedPair(pair, input.config.max_position_embeddings);
  }
  const order = new PairOrder(method.name, { pairs: train.length, batch, seed });
  return await withEngine(input, options, async (engine) => {
    const recipe = folder === undefined
      ? ""
      : await trainingHash([method.name, method.options], input, engine.parameters);
    const standing = await standingOf(recipe, preferencePointSchema, options);
    const mismatched = method.needsReferencePoint;
    const referenceIn = (name: string, pairs: readonly TokenPair[], more = {}) =>
      references === undefined
        ? referenceOf(engine, pairs, more)
        : cachedReference(new URL(name, references), engine, pairs, more);
    const plan = new Plan(
      input,
      order,
      await referenceIn(REFERENCE_FILES[0], train, { mismatched }),
    );
    const evaluated = await referenceIn(REFERENCE_FILES[1], evaluation);
    return await trainOn(
      {
        engine,
        settings,
        measure: () => measurePairs(engine, evaluation, evaluated),
        gradient: (step) => method.gradient(engine, plan.pairsOf(step)),
        state: () => method.state?.() ?? new Map(),
        restore: (tensors) => method.restore?.(tensors),
      },
      standing,
      options,
    );
  });
}

/** Where a training keeps what its reference says of the pairs, and of those held out. */
export const REFERENCE_FILES = ["reference.safetensors", "reference-held-out.safetensors"] as const;

/** Which pairs belong to which step. */
class Plan {
  readonly #input: PreferenceInput;
  readonly #order: PairOrder;
  readonly #reference: Reference;
  readonly #mismatched: readonly TokenPair[] | undefined;
  readonly #length: number;

  constructor(input: PreferenceInput, order: PairOrder, reference: Reference) {
    this.#input = input;
    this.#order = order;
    this.#reference = reference;
    const { train, method } = input;
    this.#mismatched = method.needsReferencePoint ? mismatchedPairs(train) : undefined;
    this.#length = Math.max(longestText(train), longestText(this.#mismatched ?? train));
  }

  /** The pairs of step `step`, counted from 1. */
  pairsOf(step: number): StepPairs {
    const { train } = this.#input;
    const indices = this.#order.indicesOf(step);
    return {
      step,
      indices,
      pairs: indices.map((i) => train[i]!),
      reference: indices.map((i) => this.#reference.pairs[i]!),
      length: this.#length,
      pairsAt: (other) => this.#order.indicesOf(other).map((i) => train[i]!),
      ...(this.#mismatched === undefined ? {} : {
        mismatched: {
          pairs: indices.map((i) => this.#mismatched![i]!),
          reference: indices.map((i) => this.#reference.mismatched![i]!),
        },
      }),
    };
  }
}

/** The weights of an engine by name, copied. */
export function namedWeights(engine: OnnxEngine): Map<string, Float32Array> {
  return new Map(
    [...tensorViews(engine.config, engine.parameters)].map(([name, view]) => [name, view.slice()]),
  );
}
