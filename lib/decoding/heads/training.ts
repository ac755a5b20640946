/**
 * Training of an acceptance head on the frozen draft's hidden states.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { flatAdamW, learningRate } from "offprint/lm/training/mod.ts";
import { stream } from "offprint/random.ts";
import { binaryDivergence } from "./bias.ts";
import { headBlocks, HeadGradient } from "./head_gradient.ts";
import type { AcceptanceData } from "./data.ts";
import { type AcceptanceHead, type HeadConfig, initialHead, predictAcceptance } from "./head.ts";
import { checkWhole } from "../verification/option_checks.ts";

/** How {@linkcode trainHead} trains. */
export interface HeadTrainingOptions {
  /** Residual blocks. Default 3. */
  depth?: number;
  /** Whether blocks share their weights, as the released head's do. Default true. */
  tied?: boolean;
  /** w_rej: weight of the rejection class. Default 6. */
  rejectionWeight?: number;
  /** Optimiser steps. */
  steps: number;
  /** Labelled states of a step, drawn with replacement. Default 256. */
  batch?: number;
  /** The highest learning rate. Default 5e-5, the optimiser's default in the paper's code. */
  peak?: number;
  /** Share of the steps that the learning rate grows for. Default 0.03. */
  warmUp?: number;
  seed: number;
  /** Name of the draft, kept in the head. */
  draft?: string;
  /** Called after each step with the mean weighted loss of its batch. */
  onStep?: (step: number, loss: number) => void;
}

/**
 * Trains a head with the weighted cross-entropy of paper 10,
 *
 *     Σ [w (1 − a)(−log(1 − P̂)) + a (−log P̂)] / Σ [w (1 − a) + a],
 *
 * normalised by class weights in each batch, AdamW without decay, cosine schedule. The draft is not touched:
 * its hidden states are the data.
 *
 * @throws {UserError} for data without labels or with a hidden state or label that is not a finite number, for
 * a weight that is not above 0, and when the loss or a weight stops being a number.
 */
export async function trainHead(
  data: AcceptanceData,
  options: HeadTrainingOptions,
): Promise<AcceptanceHead> {
  const { depth = 3, tied = true, rejectionWeight = 6, steps, batch = 256, seed } = options;
  const { peak = 5e-5, warmUp = 0.03, onStep } = options;
  checkWhole("steps", steps, 0);
  checkWhole("batch", batch, 1);
  if (!(rejectionWeight > 0 && rejectionWeight < Infinity)) {
    throw new UserError({
      what: "rejectionWeight",
      got: rejectionWeight,
      expected: "a number above 0",
      todo: "Give for example 6.",
    });
  }
  const count = data.acceptance.length;
  if (count === 0) {
    throw new UserError({
      what: "training of an acceptance head",
      got: new Described("no labelled position"),
      expected: "at least one",
      todo: "Sample more texts, or mix less.",
    });
  }
  checkFinite("hidden state", data.hidden);
  checkFinite("acceptance", data.acceptance);
  const config: HeadConfig = { hiddenSize: data.hiddenSize, depth, tied };
  const blocks = headBlocks(config);
  const parameters = Float32Array.from(
    [...initialHead(config, seed).weights.values()].flatMap((values) => [...values]),
  );
  const zeros = () => new Float32Array(parameters.length);
  const state = { parameters, first: zeros(), second: zeros() };
  const gradient = zeros();
  const engine = new HeadGradient(config, batch);
  const schedule = { peak, warmUp: Math.ceil(warmUp * steps), steps, floor: 0 };
  const random = stream(seed, "acceptance head", "batches");
  const hidden = new Float32Array(batch * config.hiddenSize);
  const labels = new Float32Array(batch * 2);
  let shown = performance.now();
  for (let done = 1; done <= steps; done++) {
    for (let row = 0; row < batch; row++) {
      const at = random.integer(count);
      const from = at * config.hiddenSize;
      hidden.set(
        data.hidden.subarray(from, from + config.hiddenSize),
        row * config.hiddenSize,
      );
      // Soft labels: how far a candidate would be rejected and accepted, not what one draw came to.
      labels[2 * row] = rejectionWeight * (1 - data.acceptance[at]!);
      labels[2 * row + 1] = data.acceptance[at]!;
    }
    const loss = engine.compute(parameters, hidden, labels, gradient);
    if (!Number.isFinite(loss)) throw diverged(`loss ${loss}`, done, peak, data.hidden);
    flatAdamW(state, blocks, gradient, {
      ...ADAMW,
      learningRate: learningRate(schedule, done),
      count: done,
    });
    onStep?.(done, loss);
    if (performance.now() - shown < SHOW_MS) continue;
    // Lets the caller show how far it is.
    await new Promise((resolve) => setTimeout(resolve));
    shown = performance.now();
  }
  const weights = new Map(
    blocks.map(({ name, offset, size }) => [name, parameters.slice(offset, offset + size)]),
  );
  for (const [name, values] of weights) {
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) throw diverged(`${wrong} in ${name}`, steps, peak, data.hidden);
  }
  return {
    config,
    ...(options.draft === undefined ? {} : { draft: options.draft }),
    rejectionWeight,
    weights,
  };
}

function checkFinite(what: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new UserError({
      what: "training of an acceptance head",
      got: new Described(`${values[i]} as ${what} (number ${i} of ${values.length})`),
      expected: "finite numbers",
      todo: "Check the draft model that computed it, or leave that text out.",
    });
  }
}

/** What to say when numbers are lost: large inputs and large steps do it, and only one can be mended here. */
function diverged(got: string, step: number, peak: number, hidden: Float32Array): UserError {
  let largest = 0;
  for (const value of hidden) largest = Math.max(largest, Math.abs(value));
  const size = Number(largest.toPrecision(2));
  return new UserError({
    what: `training of an acceptance head, step ${step}`,
    got: new Described(got),
    expected: "finite numbers",
    todo: largest > 1e4
      ? `The hidden states reach ${size}; scale them down, for example by a last norm of the draft.`
      : `Lower the learning rate (peak ${peak}); the hidden states, up to ${size}, are no reason.`,
  });
}

/** AdamW without decay. */
const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };
/** How long training goes on at a time, in milliseconds. */
const SHOW_MS = 100;

/** How well predictions meet true acceptance. */
export interface HeadQuality {
  /** Mean binary KL(a ‖ P̂) in nats. */
  divergence: number;
  /** P̂ of each labelled state. */
  predicted: Float64Array;
}

/** A head's predictions on data, with the paper's validation metric. */
export function evaluateHead(head: AcceptanceHead, data: AcceptanceData): HeadQuality {
  const { hiddenSize, hidden, acceptance } = data;
  const predicted = acceptance.map((_, i) =>
    predictAcceptance(head, hidden.subarray(i * hiddenSize, (i + 1) * hiddenSize))
  );
  return { divergence: meanDivergence(acceptance, predicted), predicted };
}

/** Mean KL(a ‖ P̂) in nats. */
export function meanDivergence(
  acceptance: ArrayLike<number>,
  predicted: ArrayLike<number>,
): number {
  let sum = 0;
  for (let i = 0; i < acceptance.length; i++) {
    sum += binaryDivergence(acceptance[i]!, predicted[i]!);
  }
  return sum / acceptance.length;
}
