/**
 * What a training step descends on: each method turns the pairs of a step into a gradient.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { OnnxEngine } from "offprint/lm/training/mod.ts";
import type { Tensor } from "offprint/lm/transformer/mod.ts";
import type { TokenPair } from "../pairs/encode.ts";
import type { ResponseLogProbs } from "../pairs/pair_batch.ts";

/** The pairs of one step, with what is known about them beforehand. Lists of one length. */
export interface StepPairs {
  /** Steps done, this one included. */
  step: number;
  /** The place of each pair in the training set. */
  indices: readonly number[];
  pairs: readonly TokenPair[];
  reference: readonly ResponseLogProbs[];
  /** For KTO: each prompt with another pair's response, and the reference log-probabilities of that. */
  mismatched?: { pairs: readonly TokenPair[]; reference: readonly Float64Array[] };
  /** Tokens of a row of the batch. */
  length: number;
  /** The pairs of another step, for methods that look ahead. */
  pairsAt?(step: number): readonly TokenPair[];
}

/** What a method makes of a step's pairs. */
export interface StepGradient {
  /** All parameters in a row; the optimiser steps against it. */
  gradient: Float32Array;
  /** The loss of each pair. */
  losses: Float64Array;
  /** Pairs that were left out because they had no gradient. */
  skipped: number;
}

/** A way of training on pairs. */
export interface PreferenceMethod {
  readonly name: string;
  /** Every option that changes the training. */
  readonly options: Readonly<Record<string, number | boolean | string>>;
  /** Whether {@linkcode StepPairs.mismatched} is wanted. */
  readonly needsReferencePoint: boolean;
  /** The gradient of one step. */
  gradient(engine: OnnxEngine, step: StepPairs): Promise<StepGradient>;
  /** What the method has learned beside the weights, for checkpoints. */
  state?(): Map<string, Tensor>;
  /** Goes on from such a state. */
  restore?(tensors: ReadonlyMap<string, Tensor>): void;
}

/** What to do about a loss that is not finite; before the first step no learning rate can be its reason. */
export const lossAdvice = (step: number): string =>
  step <= 1
    ? "Nothing has been learned yet: look at the formula of the loss at this pair's log-probabilities."
    : "Lower the learning rate; the last checkpoint is untouched.";

/**
 * Refuses a step whose loss is not a number, before anything is changed.
 *
 * @throws {UserError} naming step and pair.
 */
export function checkFinite(method: string, step: StepPairs, losses: Float64Array): void {
  const at = losses.findIndex((loss) => !Number.isFinite(loss));
  if (at < 0) return;
  throw new UserError({
    what: `${method}, step ${step.step}, pair ${step.pairs[at]!.id}`,
    got: new Described(`loss ${losses[at]}`),
    expected: "a finite loss",
    todo: lossAdvice(step.step),
  });
}
