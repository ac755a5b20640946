/**
 * A decoder whose weights are 32-bit floats, as the core `forward32` reads it: checked once, when it is made.
 *
 * @module
 */
import { checkArray } from "./checks.ts";
import { checkNumbers, refusePart, rowsOf } from "./decoder_checks.ts";

/** Rows of a matrix that lie side by side: a SIMD lane ends as an output row. */
export const PANEL_ROWS = 16;

/** A matrix in panels of {@linkcode PANEL_ROWS} rows, `[panels][columns][16]`; rows that are missing in the last are 0. */
export interface PanelMatrix {
  /** Outputs. */
  readonly rows: number;
  /** Inputs. */
  readonly columns: number;
  /** The numbers. */
  readonly panels: Float32Array;
}

/** One block of the decoder: matrices `[out][in]`, row-major, as in a safetensors file. */
export interface Fp32LayerParts {
  /** Gain of the norm before attention, `[width]`. */
  readonly attentionNorm: Float32Array;
  /** `[heads · headDim][width]`. */
  readonly q: Float32Array;
  /** `[kvHeads · headDim][width]`. */
  readonly k: Float32Array;
  /** `[kvHeads · headDim][width]`. */
  readonly v: Float32Array;
  /** `[width][heads · headDim]`. */
  readonly o: Float32Array;
  /** Gain of the norm before the MLP, `[width]`. */
  readonly mlpNorm: Float32Array;
  /** `[inner][width]`. */
  readonly gate: Float32Array;
  /** `[inner][width]`. */
  readonly up: Float32Array;
  /** `[width][inner]`. */
  readonly down: Float32Array;
}

/** What an {@linkcode Fp32Decoder} is made of. */
export interface Fp32DecoderParts {
  /** Heads of queries. */
  readonly heads: number;
  /** Heads of keys and values. */
  readonly kvHeads: number;
  /** Channels of a head, a multiple of 8. */
  readonly headDim: number;
  /** Of the norms. */
  readonly epsilon: number;
  /** `[vocabulary][width]`, width a multiple of 8. */
  readonly embedding: Float32Array;
  /** `[vocabulary][width]`; the embedding where the two are tied. */
  readonly head: Float32Array;
  /** Gain of the last norm, `[width]`. */
  readonly finalNorm: Float32Array;
  /** Cosines of the rotary angles, `[positions][headDim / 2]`. */
  readonly cos: Float32Array;
  /** Sines, as `cos`. */
  readonly sin: Float32Array;
  /** The blocks, first to last. */
  readonly layers: readonly Fp32LayerParts[];
}

/** A block with its matrices in panels. */
export interface Fp32Layer {
  /** Gain of the norm before attention, `[width]`. */
  readonly attentionNorm: Float32Array;
  /** Queries, keys and values, one below the other. */
  readonly qkv: PanelMatrix;
  /** What attention has put out, back to the residual stream. */
  readonly o: PanelMatrix;
  /** Gain of the norm before the MLP, `[width]`. */
  readonly mlpNorm: Float32Array;
  /** Gate and up, one below the other. */
  readonly gateUp: PanelMatrix;
  /** What the MLP has put out, back to the residual stream. */
  readonly down: PanelMatrix;
}

/**
 * A decoder in 32-bit floats; what it computes stands at `Decoder`. Matrices are copied into panels, all other arrays are
 * kept: read, never write.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Fp32Decoder } from "kernels/mod.ts";
 *
 * const [width, inner, headDim] = [8, 16, 8];
 * const matrix = (rows: number, columns: number) => new Float32Array(rows * columns).fill(0.1);
 * const gain = new Float32Array(width).fill(1);
 * const layer = {
 *   ...{ attentionNorm: gain, q: matrix(8, 8), k: matrix(8, 8), v: matrix(8, 8), o: matrix(8, 8) },
 *   ...{ mlpNorm: gain, gate: matrix(inner, 8), up: matrix(inner, 8), down: matrix(8, inner) },
 * };
 * const embedding = matrix(20, width);
 * const decoder = new Fp32Decoder({
 *   ...{ heads: 1, kvHeads: 1, headDim, epsilon: 1e-5, embedding, head: embedding, finalNorm: gain },
 *   ...{ cos: matrix(32, headDim / 2), sin: matrix(32, headDim / 2), layers: [layer] },
 * });
 * assertEquals([decoder.vocabulary, decoder.positions], [20, 32]);
 * ```
 */
export class Fp32Decoder {
  /** Heads of queries. */
  readonly heads: number;
  /** Heads of keys and values. */
  readonly kvHeads: number;
  /** Channels of a head. */
  readonly headDim: number;
  /** Of the norms. */
  readonly epsilon: number;
  /** `[vocabulary][width]`. */
  readonly embedding: Float32Array;
  /** Gain of the last norm, `[width]`. */
  readonly finalNorm: Float32Array;
  /** `[vocabulary][width]`. */
  readonly head: PanelMatrix;
  /** Cosines of the rotary angles, `[positions][headDim / 2]`. */
  readonly cos: Float32Array;
  /** Sines, as `cos`. */
  readonly sin: Float32Array;
  /** The blocks, first to last. */
  readonly layers: readonly Fp32Layer[];
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
   * @throws {KernelError} naming the part that has a wrong size or type.
   */
  constructor(parts: Fp32DecoderParts) {
    const { heads, kvHeads, headDim } = parts;
    checkNumbers(parts);
    const width = parts.finalNorm.length;
    if (width === 0 || width % 8 !== 0) {
      refusePart("finalNorm", width, "a width that is a multiple of 8");
    }
    const inner = rowsOf("layers[0].gate", parts.layers[0]!.gate, width, "width");
    if (inner % 8 !== 0) refusePart("layers[0].gate", inner, "rows that are a multiple of 8");
    const vocabulary = rowsOf("embedding", parts.embedding, width, "width");
    const positions = rowsOf("cos", parts.cos, headDim / 2, "headDim / 2");
    const floats = (what: string, array: Float32Array, shape: Record<string, number>) =>
      checkArray(`decoder: ${what}`, array, Float32Array, shape);
    floats("embedding", parts.embedding, { vocabulary, width });
    floats("head", parts.head, { vocabulary, width });
    floats("finalNorm", parts.finalNorm, { width });
    floats("cos", parts.cos, { positions, half: headDim / 2 });
    floats("sin", parts.sin, { positions, half: headDim / 2 });
    const [queries, keys] = [heads * headDim, kvHeads * headDim];
    this.layers = parts.layers.map((layer, i) => {
      const at = `layers[${i}]`;
      floats(`${at}.attentionNorm`, layer.attentionNorm, { width });
      floats(`${at}.q`, layer.q, { rows: queries, width });
      floats(`${at}.k`, layer.k, { rows: keys, width });
      floats(`${at}.v`, layer.v, { rows: keys, width });
      floats(`${at}.o`, layer.o, { width, columns: queries });
      floats(`${at}.mlpNorm`, layer.mlpNorm, { width });
      floats(`${at}.gate`, layer.gate, { inner, width });
      floats(`${at}.up`, layer.up, { inner, width });
      floats(`${at}.down`, layer.down, { width, inner });
      return {
        attentionNorm: layer.attentionNorm,
        qkv: inPanels([layer.q, layer.k, layer.v], width),
        o: inPanels([layer.o], queries),
        mlpNorm: layer.mlpNorm,
        gateUp: inPanels([layer.gate, layer.up], width),
        down: inPanels([layer.down], inner),
      };
    });
    this.heads = heads;
    this.kvHeads = kvHeads;
    this.headDim = headDim;
    this.epsilon = parts.epsilon;
    this.embedding = parts.embedding;
    this.finalNorm = parts.finalNorm;
    this.head = inPanels([parts.head], width);
    this.cos = parts.cos;
    this.sin = parts.sin;
    this.width = width;
    this.inner = inner;
    this.vocabulary = vocabulary;
    this.positions = positions;
  }
}

/** Matrices of equally many columns, one below the other, in panels. */
function inPanels(matrices: readonly Float32Array[], columns: number): PanelMatrix {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.length / columns, 0);
  const panels = new Float32Array(Math.ceil(rows / PANEL_ROWS) * PANEL_ROWS * columns);
  let row = 0;
  for (const matrix of matrices) {
    for (let from = 0; from < matrix.length; from += columns, row++) {
      const lane = row % PANEL_ROWS;
      const start = (row - lane) * columns + lane;
      for (let c = 0; c < columns; c++) panels[start + c * PANEL_ROWS] = matrix[from + c]!;
    }
  }
  return { rows, columns, panels };
}
