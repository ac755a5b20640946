/**
 * A forward pass of a decoder in 32-bit floats, in plain TypeScript: the definition of `forward32`.
 *
 * Every product sums its terms one after the other, each product and each sum rounded to 32 bits; norms, gates and
 * exponentials are those of the quantised decoder. So a row's numbers depend neither on what else is in the pass, nor
 * on how the text arrived, nor on who computes it.
 *
 * @module
 */
import { checkWhole } from "../contract/checks.ts";
import { KernelError } from "../contract/errors.ts";
import { type Fp32Decoder, PANEL_ROWS, type PanelMatrix } from "../contract/fp32_decoder.ts";
import type { Fp32Text } from "../contract/fp32_text.ts";
import type { Extension32, ForwardResult } from "../contract/types.ts";
import { addInto, gated, rmsNorm, rotateHeads } from "./decoder_parts.ts";
import { expNegative, laneSum } from "./exact_math.ts";

const { fround } = Math;

/**
 * Checks a pass, and makes room in its texts.
 *
 * @throws {KernelError} for no text, a text without new tokens, one twice, one of another decoder or too long, and a
 *   token outside the vocabulary.
 */
export function checkForward32(decoder: Fp32Decoder, extensions: readonly Extension32[]): void {
  checkWhole("forward32: texts", extensions.length, 1);
  const seen = new Set<Fp32Text>();
  for (const [i, { text, tokens }] of extensions.entries()) {
    const refuse = (what: string, got: unknown, expected: string) => {
      throw new KernelError({ what: `forward32: ${what} of text ${i}`, got, expected });
    };
    if (text.decoder !== decoder) refuse("decoder", "another", "the one of the pass");
    if (seen.has(text)) refuse("place", "twice in a pass", "different texts");
    seen.add(text);
    if (tokens.length === 0) refuse("tokens", 0, "at least one");
    for (const token of tokens) {
      if (Number.isInteger(token) && token >= 0 && token < decoder.vocabulary) continue;
      refuse("token", token, `a whole number below ${decoder.vocabulary}`);
    }
  }
  for (const { text, tokens } of extensions) text.reserve(text.length + tokens.length);
}

/** New tokens of texts, from the embedding to logits; the texts hold them afterwards. */
export function forward32(
  decoder: Fp32Decoder,
  extensions: readonly Extension32[],
  lastOnly = false,
): ForwardResult {
  checkForward32(decoder, extensions);
  const { vocabulary, width } = decoder;
  const logits: Float32Array[] = [], hidden: Float32Array[] = [];
  for (const { text, tokens } of extensions) {
    tokens.forEach((token, i) => {
      const x = decoder.embedding.slice(token * width, (token + 1) * width);
      for (let layer = 0; layer < decoder.layers.length; layer++) runLayer(decoder, layer, text, x);
      text.length++;
      if (lastOnly && i < tokens.length - 1) return;
      const normed = rmsNorm(x, decoder.finalNorm, decoder.epsilon);
      hidden.push(normed);
      logits.push(panelProduct(decoder.head, normed));
    });
  }
  const joined = (rows: readonly Float32Array[], length: number) => {
    const all = new Float32Array(rows.length * length);
    rows.forEach((row, i) => all.set(row, i * length));
    return all;
  };
  return { logits: joined(logits, vocabulary), hidden: joined(hidden, width) };
}

/** One token through one block: `x` in place, its keys and values into the text. */
function runLayer(decoder: Fp32Decoder, index: number, text: Fp32Text, x: Float32Array): void {
  const { heads, kvHeads, headDim, epsilon } = decoder;
  const layer = decoder.layers[index]!;
  const qkv = panelProduct(layer.qkv, rmsNorm(x, layer.attentionNorm, epsilon));
  const half = headDim / 2, position = text.length;
  const cos = decoder.cos.subarray(position * half, (position + 1) * half);
  const sin = decoder.sin.subarray(position * half, (position + 1) * half);
  const turned = qkv.subarray(0, (heads + kvHeads) * headDim);
  rotateHeads(turned, headDim, cos, sin);
  const size = text.partSize, perKv = heads / kvHeads;
  const mixed = new Float32Array(heads * headDim);
  for (let kv = 0; kv < kvHeads; kv++) {
    const at = 2 * (index * kvHeads + kv) * size;
    const keys = text.data.subarray(at, at + size);
    const values = text.data.subarray(at + size, at + 2 * size);
    const key = turned.subarray((heads + kv) * headDim, (heads + kv + 1) * headDim);
    const value = qkv.subarray(
      (heads + kvHeads + kv) * headDim,
      (heads + kvHeads + kv + 1) * headDim,
    );
    const lane = position % PANEL_ROWS;
    key.forEach((number, c) => keys[(position - lane) * headDim + c * PANEL_ROWS + lane] = number);
    values.set(value, position * headDim);
    for (let head = kv * perKv; head < (kv + 1) * perKv; head++) {
      const query = turned.subarray(head * headDim, (head + 1) * headDim);
      attend(
        query,
        keys,
        values,
        position + 1,
        mixed.subarray(head * headDim, (head + 1) * headDim),
      );
    }
  }
  addInto(x, panelProduct(layer.o, mixed));
  const gateUp = panelProduct(layer.gateUp, rmsNorm(x, layer.mlpNorm, epsilon));
  addInto(x, panelProduct(layer.down, gated(gateUp)));
}

/**
 * Attention of one head over the first `seen` tokens: `Σ softmax(q · k / √d) v`. Scores and outputs are sums in 32-bit
 * floats in order; weights are `expNegative(score − largest)`, rounded, and divided by their sum at the end.
 */
function attend(
  query: Float32Array,
  keys: Float32Array,
  values: Float32Array,
  seen: number,
  output: Float32Array,
): void {
  const dim = query.length;
  const scaled = query.map((value) => value * fround(1 / Math.sqrt(dim)));
  const weights = new Float32Array(seen);
  for (let position = 0; position < seen; position++) {
    const lane = position % PANEL_ROWS;
    let sum = 0;
    for (let c = 0; c < dim; c++) {
      const key = keys[(position - lane) * dim + c * PANEL_ROWS + lane]!;
      sum = fround(sum + fround(scaled[c]! * key));
    }
    weights[position] = sum;
  }
  const largest = weights.reduce((a, b) => b > a ? b : a);
  for (let i = 0; i < seen; i++) weights[i] = expNegative(weights[i]! - largest);
  const inverse = fround(1 / laneSum(weights));
  for (let c = 0; c < dim; c++) {
    let sum = 0;
    for (let position = 0; position < seen; position++) {
      sum = fround(sum + fround(weights[position]! * values[position * dim + c]!));
    }
    output[c] = sum * inverse;
  }
}

/** `W · x`: terms in the order of the columns. */
function panelProduct({ rows, columns, panels }: PanelMatrix, x: Float32Array): Float32Array {
  const y = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const lane = row % PANEL_ROWS, start = (row - lane) * columns + lane;
    let sum = 0;
    for (let c = 0; c < columns; c++) {
      sum = fround(sum + fround(panels[start + c * PANEL_ROWS]! * x[c]!));
    }
    y[row] = sum;
  }
  return y;
}
