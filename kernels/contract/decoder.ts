/**
 * A LLaMA-shaped decoder as the kernels run it: quantised linear layers and what is between them.
 *
 * @module
 */
import { checkArray, notFinite } from "./checks.ts";
import { checkNumbers, rowsOf } from "./decoder_checks.ts";
import { KernelError } from "./errors.ts";
import type { Weights } from "./packed_weights.ts";
import { type ActivationFormat, checkedFormat } from "./quantized_activations.ts";

/** A linear layer: its weights and how its input is quantised. */
export interface DecoderLinear {
  /** `[rows][columns]`, packed. */
  readonly weights: Weights;
  /** How its input is quantised. */
  readonly format: ActivationFormat;
  /**
   * The order in which the input's channels are taken before they are quantised, `[columns]`: channel j
   * of the product is channel `order[j]` of the input, so column j of the weights belongs to it. Gathers
   * outlier channels into few blocks (COMET §3.2, π). Default: as they are.
   */
  readonly order?: Uint32Array;
}

/** One block of the decoder. */
export interface DecoderLayer {
  /** Gains of the norm before attention, `[width]`. */
  readonly attentionNorm: Float32Array;
  /** Queries, keys and values, one below the other: `(heads + 2 · kvHeads) · headDim` rows. */
  readonly qkv: DecoderLinear;
  /** From the heads, `heads · headDim` columns, back to the residual stream, `width` rows. */
  readonly o: DecoderLinear;
  /** Gains of the norm before the feed-forward layer, `[width]`. */
  readonly mlpNorm: Float32Array;
  /** Gate and up, one below the other: `2 · inner` rows. */
  readonly gateUp: DecoderLinear;
  /** `inner` columns, `width` rows. */
  readonly down: DecoderLinear;
}

/** What a {@linkcode Decoder} is made of. */
export interface DecoderParts {
  /** Query heads, and heads of keys and values, which divide them. */
  readonly heads: number;
  /** Heads of keys and values; a divisor of `heads`. */
  readonly kvHeads: number;
  /** Channels of a head, a multiple of 8. */
  readonly headDim: number;
  /** Added to the mean square in the norms. */
  readonly epsilon: number;
  /** Rows of the residual stream, `[vocabulary][width]`. */
  readonly embedding: Float16Array;
  /** Gains of the last norm, `[width]`. */
  readonly finalNorm: Float32Array;
  /** From the last norm to logits: 16-bit floats `[vocabulary][width]` (the embedding, where it is tied), or quantised. */
  readonly head: Float16Array | DecoderLinear;
  /** Cosines and sines of the rotary angles, `[positions][headDim / 2]` each. */
  readonly cos: Float32Array;
  /** Sines, as `cos`. */
  readonly sin: Float32Array;
  /** The blocks, first to last. */
  readonly layers: readonly DecoderLayer[];
}

/** The names of a layer's linear parts, in the order in which they run. */
export const LINEAR_NAMES = ["qkv", "o", "gateUp", "down"] as const;

/**
 * A decoder whose parts fit together. Arrays are kept, not copied: read, never write.
 *
 * ```text
 * x  = embedding[token]
 * for each layer:
 *   q, k, v = qkv(norm(x))        q, k turned by the angles of their position
 *   x += o(attention(q; all k, v of the text so far))
 *   g, u    = gateUp(norm(x))
 *   x += down(silu(g) · u)
 * logits = head(norm(x))
 * ```
 */
export class Decoder implements DecoderParts {
  readonly heads: number;
  /** Heads of keys and values. */
  readonly kvHeads: number;
  readonly headDim: number;
  readonly epsilon: number;
  readonly embedding: Float16Array;
  readonly finalNorm: Float32Array;
  readonly head: Float16Array | DecoderLinear;
  readonly cos: Float32Array;
  /** Sines, as `cos`. */
  readonly sin: Float32Array;
  /** The blocks, first to last. */
  readonly layers: readonly DecoderLayer[];
  /** Channels of the residual stream. */
  readonly width: number;
  /** Channels between gate/up and down. */
  readonly inner: number;
  /** Number of tokens in the vocabulary. */
  readonly vocabulary: number;
  /** The longest text. */
  readonly positions: number;

  /**
   * Checks that the parts belong together.
   *
   * @throws {KernelError} naming the part that has a wrong size or type, or holds a wrong number.
   */
  constructor(parts: DecoderParts) {
    const { heads, kvHeads, headDim } = parts;
    checkNumbers(parts);
    // The first layer says how wide the decoder is; all other parts must agree with it.
    const width = parts.layers[0]!.qkv.weights.columns;
    const inner = parts.layers[0]!.down.weights.columns;
    const half = headDim / 2;
    const vocabulary = rowsOf("embedding", parts.embedding, width, "width");
    const positions = rowsOf("cos", parts.cos, half, "headDim / 2");
    checkFloats("decoder: cos", parts.cos, { positions, half });
    checkFloats("decoder: sin", parts.sin, { positions, half });
    checkHalves("decoder: embedding", parts.embedding, { vocabulary, width });
    checkFloats("decoder: finalNorm", parts.finalNorm, { width });
    for (const [i, layer] of parts.layers.entries()) {
      const at = `decoder: layers[${i}]`;
      checkFloats(`${at}.attentionNorm`, layer.attentionNorm, { width });
      checkFloats(`${at}.mlpNorm`, layer.mlpNorm, { width });
      checkLinear(`${at}.qkv`, layer.qkv, (heads + 2 * kvHeads) * headDim, width);
      checkLinear(`${at}.o`, layer.o, width, heads * headDim);
      checkLinear(`${at}.gateUp`, layer.gateUp, 2 * inner, width);
      checkLinear(`${at}.down`, layer.down, width, inner);
    }
    if (isLinear(parts.head)) checkLinear("decoder: head", parts.head, vocabulary, width);
    else if (parts.head !== parts.embedding) {
      checkHalves("decoder: head", parts.head, { vocabulary, width });
    }
    this.heads = heads;
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.epsilon = parts.epsilon;
    this.embedding = parts.embedding;
    this.finalNorm = parts.finalNorm;
    this.head = parts.head;
    this.cos = parts.cos;
    this.sin = parts.sin;
    this.layers = parts.layers;
    this.width = width;
    this.inner = inner;
    this.vocabulary = vocabulary;
    this.positions = positions;
  }

  /** The quantised linear parts, layer by layer, then the head where it is one. */
  get linears(): DecoderLinear[] {
    const linears = this.layers.flatMap((layer) => LINEAR_NAMES.map((name) => layer[name]));
    return isLinear(this.head) ? [...linears, this.head] : linears;
  }
}

/** Whether a head is quantised. */
export function isLinear(head: Float16Array | DecoderLinear): head is DecoderLinear {
  return !ArrayBuffer.isView(head);
}

function checkFloats(what: string, array: Float32Array, shape: Record<string, number>): void {
  checkArray(what, array, Float32Array, shape);
  const bad = array.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw notFinite(what, array[bad]!, bad, Object.values(shape).at(-1)!);
}

function checkHalves(what: string, array: Float16Array, shape: Record<string, number>): void {
  checkArray(what, array, Float16Array, shape);
  // Exponent bits all set: NaN and infinities; reading them as numbers would take a second per model.
  const bits = new Uint16Array(array.buffer, array.byteOffset, array.length);
  const bad = bits.findIndex((half) => (half & 0x7c00) === 0x7c00);
  if (bad >= 0) throw notFinite(what, array[bad]!, bad, Object.values(shape).at(-1)!);
}

function checkLinear(what: string, linear: DecoderLinear, rows: number, columns: number): void {
  const { weights, format, order } = linear;
  if (weights.rows !== rows || weights.columns !== columns) {
    throw new KernelError({
      what: `${what}.weights`,
      got: `${weights.rows} rows of ${weights.columns} columns`,
      expected: `${rows} of ${columns}`,
    });
  }
  checkedFormat(what, columns, format);
  if (format.blockSize !== weights.blockSize) {
    throw new KernelError({
      what: `${what}.format.blockSize`,
      got: format.blockSize,
      expected: `${weights.blockSize}, the block size of the weights`,
    });
  }
  if (order === undefined) return;
  checkArray(`${what}.order`, order, Uint32Array, { columns });
  const seen = new Uint8Array(columns);
  for (const channel of order) {
    if (channel < columns && seen[channel] === 0) {
      seen[channel] = 1;
      continue;
    }
    throw new KernelError({
      what: `${what}.order`,
      got: channel < columns ? `channel ${channel} twice` : channel,
      expected: `every channel from 0 to ${columns - 1} once`,
    });
  }
}
