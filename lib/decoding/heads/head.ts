/**
 * SpecDec++'s acceptance prediction head: residual blocks on the draft's last hidden state, then a linear
 * layer of two classes, rejected and accepted (paper 10, architecture).
 *
 *     z ← z + SiLU(W z + b)     `depth` times        z: [hiddenSize]
 *     P̂ = softmax(U z + c)₁                          U: [2, hiddenSize]; class 1 is "accepted"
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";
import type { AcceptancePredictor } from "../policies/predictor.ts";
import { checkWhole } from "../verification/option_checks.ts";

/** Shape of a head. */
export interface HeadConfig {
  /** d: width of the draft's hidden state. */
  hiddenSize: number;
  /** Residual blocks, 0 to 4 in the paper. */
  depth: number;
  /**
   * Whether all blocks share one matrix and bias. The released head does, for its code repeats one module;
   * the usual reading of the paper does not.
   */
  tied: boolean;
}

/** A head with its weights. */
export interface AcceptanceHead {
  readonly config: HeadConfig;
  /** Name of the draft model whose hidden states it was trained on, if known. */
  readonly draft?: string;
  /** w_rej it was trained with, if known: its predictions are biased accordingly. */
  readonly rejectionWeight?: number;
  /** Tensors by name, row-major; shapes are those of {@linkcode headShapes}. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/**
 * Names and shapes of the tensors. The names are those of the released checkpoint: block i is
 * `model.i.linear`, only block 0 where blocks are tied, and the last layer is `model.depth`.
 *
 * @throws {UserError} unless `hiddenSize` ≥ 1 and `depth` ≥ 0 are whole numbers.
 */
export function headShapes({ hiddenSize, depth, tied }: HeadConfig): Map<string, number[]> {
  checkWhole("hiddenSize", hiddenSize, 1);
  checkWhole("depth", depth, 0);
  const shapes = new Map<string, number[]>();
  for (let block = 0; block < (tied ? Math.min(1, depth) : depth); block++) {
    shapes.set(`model.${block}.linear.weight`, [hiddenSize, hiddenSize]);
    shapes.set(`model.${block}.linear.bias`, [hiddenSize]);
  }
  shapes.set(`model.${depth}.weight`, [2, hiddenSize]);
  shapes.set(`model.${depth}.bias`, [2]);
  return shapes;
}

/**
 * Number of weights.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { headParameters } from "offprint/decoding/heads/mod.ts";
 *
 * // The released head of Llama-2-7B, and what it would have without sharing.
 * assertEquals(headParameters({ hiddenSize: 4096, depth: 3, tied: true }), 16_789_506);
 * assertEquals(headParameters({ hiddenSize: 4096, depth: 3, tied: false }), 50_352_130);
 * ```
 */
export function headParameters(config: HeadConfig): number {
  let count = 0;
  for (const shape of headShapes(config).values()) {
    count += shape.reduce((product, size) => product * size, 1);
  }
  return count;
}

/** Fresh weights, uniform within ±1/√d as PyTorch's linear layers begin. Each tensor has its own stream. */
export function initialHead(config: HeadConfig, seed: number): AcceptanceHead {
  const bound = 1 / Math.sqrt(config.hiddenSize);
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of headShapes(config)) {
    const random = stream(seed, "acceptance head", name);
    const size = shape.reduce((product, each) => product * each, 1);
    weights.set(
      name,
      Float32Array.from({ length: size }, () => bound * (2 * random.uniform() - 1)),
    );
  }
  return { config, weights };
}

/**
 * P̂ of one hidden state: the probability that the token which the draft has just read is accepted. Weights
 * are float32, sums float64.
 *
 * @throws {RangeError} when `hidden` has another width than the head.
 */
export function predictAcceptance(head: AcceptanceHead, hidden: ArrayLike<number>): number {
  const { config: { hiddenSize, depth, tied }, weights } = head;
  if (hidden.length !== hiddenSize) {
    throw new RangeError(
      `predictAcceptance: got a hidden state of ${hidden.length} numbers, expected ${hiddenSize}`,
    );
  }
  // Two buffers change places: one allocation less a layer, and the loops stay monomorphic.
  let state: Float64Array = new Float64Array(hidden);
  let next: Float64Array = new Float64Array(hiddenSize);
  for (let block = 0; block < depth; block++) {
    const layer = `model.${tied ? 0 : block}.linear`;
    linear(weights.get(`${layer}.weight`)!, weights.get(`${layer}.bias`)!, state, next);
    for (let i = 0; i < hiddenSize; i++) {
      const change = next[i]!;
      next[i] = state[i]! + change / (1 + Math.exp(-change));
    }
    [state, next] = [next, state];
  }
  const classes = new Float64Array(2);
  linear(
    weights.get(`model.${depth}.weight`)!,
    weights.get(`model.${depth}.bias`)!,
    state,
    classes,
  );
  return 1 / (1 + Math.exp(classes[0]! - classes[1]!));
}

/** `output = matrix · input + bias`; four partial sums, so that one need not wait for the other. */
function linear(
  matrix: Float32Array,
  bias: Float32Array,
  input: Float64Array,
  output: Float64Array,
): void {
  const width = input.length;
  const whole = width - width % 4;
  for (let row = 0; row < bias.length; row++) {
    const from = row * width;
    let a = bias[row]!;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < whole; i += 4) {
      a += matrix[from + i]! * input[i]!;
      b += matrix[from + i + 1]! * input[i + 1]!;
      c += matrix[from + i + 2]! * input[i + 2]!;
      d += matrix[from + i + 3]! * input[i + 3]!;
    }
    for (let i = whole; i < width; i++) a += matrix[from + i]! * input[i]!;
    output[row] = a + b + (c + d);
  }
}

/**
 * A head as predictor. It reads the hidden state at the position whose *input* is the candidate, so it lags
 * one token behind.
 *
 * @throws {UserError} on a text whose draft is not the head's, or whose hidden states have another width.
 */
export function headPredictor(head: AcceptanceHead): AcceptancePredictor {
  const { hiddenSize, depth, tied } = head.config;
  return {
    name: `head of depth ${depth}${depth > 1 ? (tied ? ", tied" : ", untied") : ""}`,
    needsHidden: true,
    begin({ draft }) {
      if (head.draft !== undefined && head.draft !== draft.name) {
        throw new UserError({
          what: `acceptance head with draft "${draft.name}"`,
          got: new Described(`a head trained for "${head.draft}"`),
          expected: "a head trained on this draft's hidden states",
          todo: "Train one for this draft.",
        });
      }
      return {
        predict({ hidden }, index) {
          const state = hidden[index]!;
          if (state.length !== hiddenSize) {
            throw new UserError({
              what: `acceptance head with draft "${draft.name}"`,
              got: new Described(`a head for hidden states of ${hiddenSize} numbers`),
              expected: `a head for ${state.length} numbers`,
              todo: "Train one for this draft.",
            });
          }
          return predictAcceptance(head, state);
        },
      };
    },
  };
}
