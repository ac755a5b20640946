/**
 * The contract of the kernels: what every backend offers.
 *
 * @module
 */
import type { AdamWBlock, AdamWState, AdamWStep } from "./adamw.ts";
import type { CoreDescription, CoreName, CoreShapes } from "./core_descriptions.ts";
import type { Decoder } from "./decoder.ts";
import type { Fp32Decoder } from "./fp32_decoder.ts";
import type { Fp32Text } from "./fp32_text.ts";
import type { KvPass } from "./kv_cache.ts";
import type { Weights } from "./packed_weights.ts";
import type { TrainingBatch, TrainingModel } from "./training.ts";
import type { ActivationFormat, QuantizedActivations } from "./quantized_activations.ts";

/** A way to run the cores: plain TypeScript, C through FFI, or WGSL on a GPU. */
export type Backend = "reference" | "native" | "webgpu";

/**
 * How a distribution is sharpened and cut. The cuts apply one after the other: top-k, then top-p of
 * what is left, then min-p.
 */
export interface SamplingOptions {
  /** Logits are divided by it; 0 puts everything on the largest logit (the first, where several are). */
  readonly temperature: number;
  /** Keep the k largest logits (ties: lower token ids first); 0, the default, keeps all. */
  readonly topK?: number;
  /** Keep the largest until their mass reaches this share, (0, 1]; 1, the default, keeps all. */
  readonly topP?: number;
  /** Keep what has at least this share of the largest probability, [0, 1]; 0 is the default. */
  readonly minP?: number;
}

/** The warp that changes nothing. */
export const PLAIN_SAMPLING: Required<SamplingOptions> = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
};

/** Drafted tokens of a batch of texts, and the distributions on both sides. */
export interface Draft {
  /** Texts. */
  readonly batch: number;
  /** The most tokens drafted for one text, at least 1. */
  readonly drafted: number;
  /** Number of tokens in the vocabulary. */
  readonly vocabulary: number;
  /** Drafted tokens, `[batch][drafted]`; beyond a text's length they are ignored. */
  readonly tokens: Int32Array;
  /** Tokens drafted for each text, 0 to `drafted`; default: `drafted` for all. */
  readonly lengths?: Int32Array;
  /** What each token was drawn from, `[batch][drafted][vocabulary]`: the draft's, after its warp. */
  readonly draft: Float64Array;
  /** The target's, after the same warp, `[batch][drafted + 1][vocabulary]`. */
  readonly target: Float64Array;
  /** Uniform numbers in [0, 1), `[batch][drafted + 1]`: one per test, the last for the draw at the end. */
  readonly uniforms: Float64Array;
}

/** What became of each text's draft. */
export interface Verdicts {
  /** Leading tokens accepted, `[batch]`. */
  readonly accepted: Int32Array;
  /** The token that follows them, `[batch]`: of the residual after a rejection, else the bonus token. */
  readonly next: Int32Array;
}

/** What `forward` returns, for each row asked for. */
export interface ForwardResult {
  /** Logits of the token after the row's, `[asked][vocabulary]`. */
  readonly logits: Float32Array;
  /** The row after the last norm, `[asked][width]`. */
  readonly hidden: Float32Array;
}

/** A text and the tokens that `forward32` appends to it, at least one. */
export interface Extension32 {
  /** Is changed by the pass. */
  readonly text: Fp32Text;
  /** Token ids. */
  readonly tokens: readonly number[];
}

/**
 * The cores on one backend. Arrays are row-major, shapes are in the comments; every argument is
 * checked before memory is touched, and refused with a `KernelError` that names it. An `output` that
 * is given is filled and returned. Arguments must not be changed before the promise settles.
 *
 * The CPU backends give the same codes, accumulators and floats bit for bit, whatever the number of
 * threads. On a GPU accumulators are the same given the codes, and the rest keeps to the ceilings that
 * README.md names. A `KvCache` belongs to the kernels that use it first.
 */
export interface Kernels {
  /** Which of the three this is. */
  readonly backend: Backend;
  /** Which of the backend's variants runs: `"typescript"`, `"avx2"`, a GPU's name, … */
  readonly variant: string;
  /** Threads the cores may use. */
  readonly threads: number;
  /** Why this backend and variant: one line for a report. */
  readonly reason: string;

  /** What a core computes and costs at a size. */
  describe<C extends CoreName>(core: C, shape: CoreShapes[C]): CoreDescription;

  /** Activations `x`, `[tokens][columns]`, to codes; see `reference/activations.ts`. */
  quantizeActivations(
    x: Float32Array,
    tokens: number,
    columns: number,
    format: ActivationFormat,
  ): Promise<QuantizedActivations>;

  /** `Y = X·Wᵀ`, `[tokens][rows]`, from codes; see `reference/gemm.ts`. */
  gemm(
    activations: QuantizedActivations,
    weights: Weights,
    output?: Float32Array,
  ): Promise<Float32Array>;

  /** `quantizeActivations` of `x`, `[tokens][weights.columns]`, then `gemm`, in one call. */
  linear(
    x: Float32Array,
    tokens: number,
    format: ActivationFormat,
    weights: Weights,
    output?: Float32Array,
  ): Promise<Float32Array>;

  /** Stores keys and values, `[rows][kvHeads][headDim]`, of one layer; see `reference/kv4.ts`. */
  kvAppend(pass: KvPass, layer: number, k: Float32Array, v: Float32Array): Promise<void>;

  /** Attention of queries `[rows][heads][headDim]` over what is stored; see `reference/kv4.ts`. */
  kvAttend(
    pass: KvPass,
    layer: number,
    q: Float32Array,
    heads: number,
    output?: Float32Array,
  ): Promise<Float32Array>;

  /**
   * A whole forward pass: the new tokens of `pass`, `[rows]`, through a decoder, to logits and hidden
   * states of the rows `asked` for (default: all); see `reference/forward.ts`. Commit the pass after it.
   */
  forward(
    decoder: Decoder,
    pass: KvPass,
    tokens: Int32Array,
    asked?: Int32Array,
  ): Promise<ForwardResult>;

  /**
   * A whole forward pass of a decoder in 32-bit floats: the new tokens of texts, to logits and hidden states after each
   * of them, text by text; with `lastOnly` after each text's last alone. The texts hold the tokens afterwards; see
   * `reference/fp32_forward.ts`. On a GPU it runs on the CPU.
   */
  forward32(
    decoder: Fp32Decoder,
    extensions: readonly Extension32[],
    lastOnly?: boolean,
  ): Promise<ForwardResult>;

  /**
   * The forward pass of a decoder in training: log p of each target of a batch, `[texts][T]`; NaN where logits are not
   * finite. Until the model's next pass what it found is kept for `trainingGradient`; see `reference/training.ts`. On a
   * GPU training runs on the CPU.
   */
  trainingForward(model: TrainingModel, batch: TrainingBatch): Promise<Float32Array>;

  /**
   * The gradient of `−Σ cᵢ log pᵢ`, all parameters in a row, through the model's last forward pass; it may be asked for
   * several times, as long as the parameters are the same. `coefficients` are cᵢ, `[texts][T]`.
   *
   * @throws {KernelError} where no pass of the model went before.
   */
  trainingGradient(
    model: TrainingModel,
    coefficients: Float32Array,
    output?: Float32Array,
  ): Promise<Float32Array>;

  /** A step of AdamW with clipping, in place; returns the gradient's norm before it; see `reference/adamw.ts`. */
  adamw(
    state: AdamWState,
    blocks: readonly AdamWBlock[],
    gradient: Float32Array,
    step: AdamWStep,
  ): Promise<number>;

  /** Probabilities after a warp, `[rows][vocabulary]`; see `reference/sampling.ts`. */
  warpedSoftmax(
    logits: Float32Array,
    rows: number,
    warp: SamplingOptions,
    output?: Float64Array,
  ): Promise<Float64Array>;

  /**
   * `warpedSoftmax` of one row without waiting: what a decoder takes as its warp. On a GPU it runs on the
   * CPU, as all of sampling does.
   *
   * @throws {KernelError} by what it returns, as `warpedSoftmax`.
   */
  warp(options: SamplingOptions): (logits: Float32Array) => Float64Array;

  /** One token per row of probabilities; see `reference/sampling.ts`. */
  sample(probabilities: Float64Array, rows: number, uniforms: Float64Array): Promise<Int32Array>;

  /** The verification step of speculative decoding; see `reference/verification.ts`. */
  verify(draft: Draft): Promise<Verdicts>;

  /** Frees what the backend holds. Using closed kernels is refused. */
  close(): void;
}
