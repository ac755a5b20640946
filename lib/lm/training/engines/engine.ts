/**
 * What carries out training steps. A trainer decides which texts, which coefficients and which learning
 * rate; an engine holds parameters and moments and does the arithmetic. Every loss that is a function of
 * token log-probabilities is one `gradient` with the right coefficients: `c = −∂loss/∂log p`. Where these follow from the
 * log-probabilities themselves, `forward` gives them and goes back through the same pass.
 *
 * | engine | arithmetic | for |
 * |---|---|---|
 * | `jax` | jax-js, differentiated by the library | the definition |
 * | `onnx` | ONNX Runtime on {@linkcode gradientGraph} | models that are sampled while they are trained; several times as fast |
 * | `native` | the project's kernels in C | everything else: faster still, and the same bits on every processor |
 *
 * @module
 */
import type { TransformerConfig } from "../../transformer/config.ts";
import type { Optimizer } from "./flat_adamw.ts";
import type { Batch } from "../batches/windows.ts";

/** Parameters and both moments by tensor name, float32. */
export interface TrainingState {
  parameters: Map<string, Float32Array>;
  first: Map<string, Float32Array>;
  second: Map<string, Float32Array>;
}

/** What an engine starts from. */
export interface EngineOptions {
  config: TransformerConfig;
  optimizer: Optimizer;
  /** Moments that are missing are 0. */
  start: Partial<TrainingState> & Pick<TrainingState, "parameters">;
  /** Threads of ONNX Runtime or of the kernels. */
  threads?: number;
}

/** A gradient, and the log-probabilities that come with it. */
export interface GradientResult {
  /** log pᵢ of each target, `[rows · length]`. */
  logProbs: Float32Array;
  /** All parameters in a row, in the order of `tensorShapes`. */
  gradient: Float32Array;
}

/** What is known of a step: the log-probabilities before it, and its gradient's norm. */
export interface StepResult {
  /** log pᵢ of each target, `[rows · length]`. */
  logProbs: Float32Array;
  /** Before clipping. */
  gradientNorm: number;
}

/** A forward pass whose backward pass is still to come. */
export interface ForwardPass {
  /** log pᵢ of each target, `[rows · length]`, masked or not. */
  logProbs: Float32Array;
  /**
   * The gradient of `−Σ cᵢ log pᵢ`, all parameters in a row: the numbers of {@linkcode TrainingEngine.gradient}. It may
   * be asked for several times, until the engine's next forward pass or change of parameters.
   *
   * @throws {Error} after that.
   */
  gradient(coefficients: Float32Array): Promise<Float32Array>;
}

/** One model in training. */
export interface TrainingEngine {
  /** log pᵢ of each target, `[rows · length]`, masked or not. */
  logProbs(batch: Batch): Promise<Float32Array>;
  /**
   * The gradient of `−Σ cᵢ log pᵢ`.
   *
   * @param coefficients cᵢ of each target, `[rows · length]`; a coefficient of 0 masks. The batch's own
   *   weights play no part.
   */
  gradient(batch: Batch, coefficients: Float32Array): Promise<GradientResult>;
  /** The forward pass alone, for coefficients that depend on its log-probabilities. */
  forward(batch: Batch): Promise<ForwardPass>;
  /**
   * One step of the optimiser against a gradient.
   *
   * @param count steps done, this one included.
   * @returns the norm of the gradient, before clipping.
   */
  apply(gradient: Float32Array, learningRate: number, count: number): Promise<number>;
  /**
   * A gradient and its step in one: {@linkcode TrainingEngine.gradient}, then {@linkcode TrainingEngine.apply}. Nobody
   * else sees the gradient, so that its place can be used again.
   */
  step(
    batch: Batch,
    coefficients: Float32Array,
    learningRate: number,
    count: number,
  ): Promise<StepResult>;
  /** The present state, to be read before the next step. */
  state(): Promise<TrainingState>;
  /** Frees what it holds. */
  close(): Promise<void>;
}
