/**
 * A decoder in training, as the cores `trainingForward` and `trainingGradient` read it, and the batches it is trained on.
 *
 * @module
 */
import { checkArray, checkWhole } from "./checks.ts";
import { checkNumbers, refusePart } from "./decoder_checks.ts";
import { KernelError } from "./errors.ts";

/** Sizes of a decoder whose parameters lie in one array. */
export interface TrainingSizes {
  /** Tokens of the vocabulary, V. */
  readonly vocabulary: number;
  /** Channels of the residual stream, D, a multiple of 8. */
  readonly width: number;
  /** Channels between gate/up and down, F, a multiple of 8. */
  readonly inner: number;
  /** Blocks. */
  readonly layers: number;
  /** Heads of queries, H. */
  readonly heads: number;
  /** Heads of keys and values, G; divides H. */
  readonly kvHeads: number;
  /** Channels of a head, d, a multiple of 8. */
  readonly headDim: number;
  /** Of the norms. */
  readonly epsilon: number;
  /** Whether the output matrix is the embedding. */
  readonly tied: boolean;
}

/** What a {@linkcode TrainingModel} is made of. */
export interface TrainingParts extends TrainingSizes {
  /** All parameters in a row, in the order of {@linkcode trainingBlocks}; live. */
  readonly parameters: Float32Array;
  /** Cosines of the rotary angles, `[positions][headDim / 2]`. */
  readonly cos: Float32Array;
  /** Sines, as `cos`. */
  readonly sin: Float32Array;
}

/** A matrix or a gain among the parameters. */
export interface TrainingBlock {
  /** Its first number. */
  readonly offset: number;
  /** How many it has. */
  readonly size: number;
  /** Rows of a matrix, `[rows][columns]`; 1 for a gain. */
  readonly rows: number;
}

/** The blocks of a layer, in their order. */
export interface TrainingLayer {
  /** Gain before attention, `[D]`. */
  readonly norm: TrainingBlock;
  /** Queries, keys and values, one below the other, `[(H + 2G)d][D]`. */
  readonly qkv: TrainingBlock;
  /** What attention has mixed, back to the residual stream, `[D][H d]`. */
  readonly o: TrainingBlock;
  /** Gain before the MLP, `[D]`. */
  readonly norm2: TrainingBlock;
  /** Gate and up, one below the other, `[2F][D]`. */
  readonly gateUp: TrainingBlock;
  /** Back to the residual stream, `[D][F]`. */
  readonly down: TrainingBlock;
}

/** Where the blocks of a model lie. */
export interface TrainingBlocks {
  /** `[V][D]`. */
  readonly embedding: TrainingBlock;
  /** First to last. */
  readonly layers: readonly TrainingLayer[];
  /** Gain `[D]`. */
  readonly finalNorm: TrainingBlock;
  /** `[V][D]`; the embedding where the two are tied. */
  readonly head: TrainingBlock;
  /** Their numbers together. */
  readonly size: number;
}

/**
 * Where each part of a model lies in the array of its parameters: embedding, layers, final norm, and an output matrix of its
 * own if it has one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { trainingBlocks } from "kernels/mod.ts";
 *
 * const { layers, size } = trainingBlocks({
 *   ...{ vocabulary: 10, width: 8, inner: 16, layers: 1, heads: 1, kvHeads: 1, headDim: 8 },
 *   ...{ epsilon: 1e-5, tied: true },
 * });
 * assertEquals(layers[0]!.qkv, { offset: 88, size: 192, rows: 24 });
 * assertEquals(size, 80 + 8 + 192 + 64 + 8 + 256 + 128 + 8);
 * ```
 */
export function trainingBlocks(sizes: TrainingSizes): TrainingBlocks {
  const { vocabulary, width, inner, heads, kvHeads, headDim } = sizes;
  let size = 0;
  const block = (rows: number, columns: number): TrainingBlock => {
    const offset = size;
    size += rows * columns;
    return { offset, size: rows * columns, rows };
  };
  const embedding = block(vocabulary, width);
  const layers = Array.from({ length: sizes.layers }, () => ({
    norm: block(1, width),
    qkv: block((heads + 2 * kvHeads) * headDim, width),
    o: block(width, heads * headDim),
    norm2: block(1, width),
    gateUp: block(2 * inner, width),
    down: block(width, inner),
  }));
  const finalNorm = block(1, width);
  const head = sizes.tied ? embedding : block(vocabulary, width);
  return { embedding, layers, finalNorm, head, size };
}

/**
 * A decoder in training. Its parameters are the caller's and may change between passes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { trainingBlocks, TrainingModel } from "kernels/mod.ts";
 *
 * const sizes = {
 *   ...{ vocabulary: 10, width: 8, inner: 16, layers: 1, heads: 1, kvHeads: 1, headDim: 8 },
 *   ...{ epsilon: 1e-5, tied: true },
 * };
 * const parameters = new Float32Array(trainingBlocks(sizes).size).fill(0.1);
 * const [cos, sin] = [new Float32Array(4 * 32).fill(1), new Float32Array(4 * 32)];
 * assertEquals(new TrainingModel({ ...sizes, parameters, cos, sin }).positions, 32);
 * ```
 */
export class TrainingModel {
  /** Its sizes. */
  readonly sizes: TrainingSizes;
  /** Where its parts lie. */
  readonly blocks: TrainingBlocks;
  /** All parameters in a row. */
  readonly parameters: Float32Array;
  /** Cosines of the rotary angles, `[positions][headDim / 2]`. */
  readonly cos: Float32Array;
  /** Sines, as `cos`. */
  readonly sin: Float32Array;
  /** The longest text. */
  readonly positions: number;

  /**
   * Checks that the parts belong together.
   *
   * @throws {KernelError} naming the part that has a wrong size or type.
   */
  constructor({ parameters, cos, sin, ...sizes }: TrainingParts) {
    const { vocabulary, width, inner, layers, headDim } = sizes;
    checkNumbers({ ...sizes, layers: { length: layers } });
    checkWhole("decoder: vocabulary", vocabulary, 1);
    for (const [name, size] of Object.entries({ width, inner })) {
      checkWhole(`decoder: ${name}`, size, 8);
      if (size % 8 !== 0) refusePart(name, size, "a multiple of 8");
    }
    this.sizes = sizes;
    this.blocks = trainingBlocks(sizes);
    checkArray("decoder: parameters", parameters, Float32Array, { size: this.blocks.size });
    this.positions = cos.length / (headDim / 2);
    checkWhole("decoder: positions", this.positions, 1);
    checkArray("decoder: cos", cos, Float32Array, { positions: this.positions, half: headDim / 2 });
    checkArray("decoder: sin", sin, Float32Array, { positions: this.positions, half: headDim / 2 });
    this.parameters = parameters;
    this.cos = cos;
    this.sin = sin;
  }
}

/** Texts of one length, each token with the one that follows it. */
export interface TrainingBatch {
  /** Texts. */
  readonly texts: number;
  /** Tokens of each, T. */
  readonly length: number;
  /** `[texts][T]`. */
  readonly tokens: Int32Array;
  /** What follows each, `[texts][T]`. */
  readonly targets: Int32Array;
}

/**
 * Checks a batch against a model.
 *
 * @throws {KernelError} naming what is wrong, a token outside the vocabulary included.
 */
export function checkTrainingBatch(model: TrainingModel, batch: TrainingBatch): void {
  const { texts, length } = batch;
  checkWhole("training: texts", texts, 1);
  checkWhole("training: length", length, 1, model.positions);
  for (const name of ["tokens", "targets"] as const) {
    checkArray(`training: ${name}`, batch[name], Int32Array, { texts, length });
    const { vocabulary } = model.sizes;
    const index = batch[name].findIndex((token) => token < 0 || token >= vocabulary);
    if (index < 0) continue;
    const what = `training: ${name}[${Math.floor(index / length)}][${index % length}]`;
    const expected = `a whole number below ${vocabulary}`;
    throw new KernelError({ what, got: batch[name][index], expected });
  }
}

/** @throws {KernelError} for a way back that no forward pass went before. */
export function noPassBefore(): never {
  throw new KernelError({
    what: "trainingGradient: pass",
    got: "none of this model",
    expected: "a trainingForward before",
  });
}

/**
 * `log p` of each target, from its logit less the largest one, and the sum of all `exp(logit − largest)`: pairs of them,
 * `[tokens][2]`. NaN where logits were not finite.
 */
export function targetLogProbs(ends: Float64Array): Float32Array {
  return Float32Array.from({ length: ends.length / 2 }, (_, i) => {
    const sum = ends[2 * i + 1]!;
    return sum >= 1 ? ends[2 * i]! - Math.log(sum) : NaN;
  });
}
