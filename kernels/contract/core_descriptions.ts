/**
 * What each core computes and what it costs: the numbers behind roofline plots.
 *
 * @module
 */
import { type GroupSize, KvLayout } from "./kv_layout.ts";
import type { BlockSize } from "./block_matrix.ts";

/** The sizes that fix a core's cost. */
export interface CoreShapes {
  /** Activations `[tokens][columns]`. */
  quantizeActivations: { tokens: number; columns: number; blockSize: BlockSize };
  /** `[tokens][columns]` by `[rows][columns]`. */
  gemm: { tokens: number; rows: number; columns: number; blockSize: BlockSize; weightBits?: 4 | 8 };
  /** The same, floats in. */
  linear: {
    tokens: number;
    rows: number;
    columns: number;
    blockSize: BlockSize;
    weightBits?: 4 | 8;
  };
  /** New keys and values `[tokens][kvHeads][headDim]`, of one layer. */
  kvAppend: { tokens: number; kvHeads: number; headDim: number; groupSize: GroupSize };
  /** `context` counts the tokens each query sees, itself included. */
  kvAttend: {
    tokens: number;
    context: number;
    heads: number;
    kvHeads: number;
    headDim: number;
    groupSize: GroupSize;
  };
  /** A pass of a quantised decoder. */
  forward: PassShape & { blockSize: BlockSize; groupSize: GroupSize };
  /** As `forward`, in 32-bit floats. */
  forward32: PassShape;
  /** Texts of one length through a decoder in training. */
  trainingForward: TrainingShape;
  /** The way back through it. */
  trainingGradient: TrainingShape;
  /** Parameters of a model. */
  adamw: { parameters: number };
  /** Logits `[rows][vocabulary]`. */
  warpedSoftmax: { rows: number; vocabulary: number };
  /** Probabilities `[rows][vocabulary]`. */
  sample: { rows: number; vocabulary: number };
  /** `drafted` tokens for each of `batch` texts. */
  verify: { batch: number; drafted: number; vocabulary: number };
}

/** The name of a core. */
export type CoreName = keyof CoreShapes;

/** A batch in training: texts of one length. */
export interface TrainingShape extends Omit<PassShape, "tokens" | "context" | "asked"> {
  /** Tokens of each text. */
  length: number;
}

/** A pass of a decoder. All its texts have equal lengths: `context` tokens each, `tokens / texts` of them new. */
export interface PassShape {
  /** New tokens of all texts. */
  tokens: number;
  /** Texts, at least one. */
  texts: number;
  /** Tokens of each text after the pass. */
  context: number;
  /** Rows of the embedding and of the output layer. */
  vocabulary: number;
  /** Numbers of the residual stream per token. */
  width: number;
  /** Rows of the feed-forward layer's gate. */
  inner: number;
  /** Layers, at least one. */
  layers: number;
  /** Query heads of a layer. */
  heads: number;
  /** Key and value heads of a layer, a divisor of `heads`. */
  kvHeads: number;
  /** Numbers of a head. */
  headDim: number;
  /** Rows whose logits are wanted; default all. */
  asked?: number;
}

/** A core at a given size. */
export interface CoreDescription {
  /** Which core. */
  readonly core: CoreName;
  /** One line. */
  readonly computes: string;
  /** Bytes read and written once each: the least that must move. */
  readonly bytes: number;
  /** Multiplications and additions (a multiply-add counts 2). */
  readonly operations: number;
}

const COSTS: {
  [C in CoreName]: (shape: CoreShapes[C]) => Omit<CoreDescription, "core">;
} = {
  quantizeActivations({ tokens, columns, blockSize }) {
    const blocks = Math.ceil(columns / blockSize);
    return {
      computes: "codes = round(x / s), s = max|x| / 7 or / 127 per token and block of channels",
      bytes: tokens * (4 * columns + blocks * blockSize + 8 * blocks),
      operations: 4 * tokens * columns,
    };
  },
  gemm({ tokens, rows, columns, blockSize, weightBits = 4 }) {
    const blocks = Math.ceil(columns / blockSize);
    return {
      computes: "Y = X·Wᵀ from 4/8-bit codes of X and 4- or 8-bit codes of W, one scale per block",
      bytes: weightBytes(rows, blocks, blockSize, weightBits) +
        tokens * (blocks * blockSize + 8 * blocks) + 4 * tokens * rows,
      operations: 2 * tokens * rows * columns,
    };
  },
  linear({ tokens, rows, columns, blockSize, weightBits = 4 }) {
    const blocks = Math.ceil(columns / blockSize);
    return {
      computes: "quantizeActivations, then gemm",
      bytes: weightBytes(rows, blocks, blockSize, weightBits) + 4 * tokens * (columns + rows),
      operations: 2 * tokens * rows * columns + 4 * tokens * columns,
    };
  },
  kvAppend({ tokens, kvHeads, headDim, groupSize }) {
    const layout = new KvLayout({ layers: 1, kvHeads, headDim, groupSize });
    const elements = 2 * tokens * kvHeads * headDim;
    return {
      computes: "stores keys and values in 16-bit floats, packs complete groups to 4 bits",
      bytes: elements * (4 + 2 + 2 + layout.bitsPerElement / 8),
      operations: 4 * elements,
    };
  },
  kvAttend({ tokens, context, heads, kvHeads, headDim, groupSize }) {
    const layout = new KvLayout({ layers: 1, kvHeads, headDim, groupSize });
    const complete = Math.floor((context - 1) / groupSize);
    const recent = context - complete * groupSize;
    return {
      computes: "softmax(q·Kᵀ/√d)·V over packed groups with folded scales and recent 16-bit floats",
      bytes: kvHeads * (complete * layout.packedRecord + 4 * recent * headDim) +
        8 * tokens * heads * headDim,
      operations: tokens * heads * context * (4 * headDim + 20),
    };
  },
  forward({ tokens, texts, context, vocabulary, width, inner, layers, ...shape }) {
    const { heads, kvHeads, headDim, blockSize, groupSize, asked = tokens } = shape;
    const product = (tokens: number, rows: number, columns: number) =>
      COSTS.linear({ tokens, rows, columns, blockSize });
    const perLayer = [
      product(tokens, (heads + 2 * kvHeads) * headDim, width),
      product(tokens, width, heads * headDim),
      product(tokens, 2 * inner, width),
      product(tokens, width, inner),
      COSTS.kvAppend({ tokens, kvHeads, headDim, groupSize }),
    ];
    const attention = COSTS.kvAttend({
      tokens: tokens / texts,
      context,
      heads,
      kvHeads,
      headDim,
      groupSize,
    });
    const head = product(asked, vocabulary, width);
    const sum = (of: "bytes" | "operations") =>
      layers * (perLayer.reduce((sum, part) => sum + part[of], 0) + texts * attention[of]) +
      head[of];
    return {
      computes: "embedding, layers of attention and gated feed-forward, head: tokens to logits",
      bytes: sum("bytes"),
      operations: sum("operations"),
    };
  },
  forward32({ tokens, texts, context, vocabulary, width, inner, layers, ...shape }) {
    const { heads, kvHeads, headDim, asked = tokens } = shape;
    const perLayer = width * ((2 * heads + 2 * kvHeads) * headDim + 3 * inner);
    const scores = 2 * tokens * context * heads * headDim;
    return {
      computes: "embedding, layers of attention and gated feed-forward, head, in 32-bit floats",
      bytes: 4 * (layers * (perLayer + 2 * texts * context * kvHeads * headDim) +
        (vocabulary + tokens) * width + asked * vocabulary),
      operations: 2 * (layers * (tokens * perLayer + scores) + asked * vocabulary * width),
    };
  },
  trainingForward(shape) {
    const { operations, bytes } = trainingCost(shape);
    return {
      computes: "a batch through a decoder, to log p of each target; keeps what the way back reads",
      bytes,
      operations,
    };
  },
  trainingGradient(shape) {
    const { operations, bytes } = trainingCost(shape);
    return {
      computes: "the gradient of -sum c log p towards all parameters",
      bytes: 2 * bytes,
      operations: 2 * operations,
    };
  },
  adamw({ parameters }) {
    return {
      computes: "a step of AdamW with clipping by the global norm",
      bytes: 32 * parameters,
      operations: 18 * parameters,
    };
  },
  warpedSoftmax({ rows, vocabulary }) {
    return {
      computes: "p = softmax(logits / T) cut to top-k, top-p, min-p",
      bytes: 12 * rows * vocabulary,
      operations: 36 * rows * vocabulary,
    };
  },
  sample({ rows, vocabulary }) {
    return {
      computes: "one token per row by inverse transform",
      bytes: 8 * rows * vocabulary,
      operations: 2 * rows * vocabulary,
    };
  },
  verify({ batch, drafted, vocabulary }) {
    return {
      computes: "accepts u·p(x) ≤ q(x), then draws from max(q − p, 0) or the bonus from q",
      bytes: batch * (16 * vocabulary + 20 * drafted),
      operations: batch * (5 * vocabulary + 2 * drafted),
    };
  },
};

/** A forward pass in training; its way back takes two products for each of its own. Attention sees half of each square. */
function trainingCost(
  { texts, length, vocabulary, width, inner, layers, heads, kvHeads, headDim }: TrainingShape,
): Pick<CoreDescription, "operations" | "bytes"> {
  const tokens = texts * length, turned = (heads + 2 * kvHeads) * headDim;
  const perLayer = width * (turned + heads * headDim + 3 * inner);
  const keptOfToken = 4 * width + turned + heads * (headDim + length) + 3 * inner;
  return {
    operations: 2 * tokens *
      (layers * (perLayer + length * heads * headDim) + vocabulary * width),
    bytes: 4 *
      (layers * (perLayer + tokens * keptOfToken) + vocabulary * width + tokens * vocabulary),
  };
}

/** Codes and scales of packed weights. */
function weightBytes(rows: number, blocks: number, blockSize: number, bits: number): number {
  return 8 * Math.ceil(rows / 8) * blocks * (blockSize * bits / 8 + 4);
}

/**
 * What `core` computes and costs at `shape`.
 *
 * @example A matrix–vector product reads half a byte per weight and does two operations with it.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { describeCore } from "kernels/mod.ts";
 *
 * const shape = { tokens: 1, rows: 4096, columns: 4096, blockSize: 128 } as const;
 * const { bytes, operations } = describeCore("gemm", shape);
 * assertEquals(operations, 2 * 4096 * 4096);
 * assertEquals(Math.round(operations / bytes * 10) / 10, 3.8);
 * ```
 */
export function describeCore<C extends CoreName>(core: C, shape: CoreShapes[C]): CoreDescription {
  return { core, ...COSTS[core](shape) };
}
