/**
 * A whole forward pass of a decoder: from tokens to logits.
 *
 * @module
 */
import type { ForwardResult } from "../contract/types.ts";
import { checkArray, checkWhole, notFinite } from "../contract/checks.ts";
import { type Decoder, type DecoderLinear, isLinear } from "../contract/decoder.ts";
import { KernelError } from "../contract/errors.ts";
import type { KvHome, KvPass } from "../contract/kv_cache.ts";
import type { QuantizedActivations } from "../contract/quantized_activations.ts";
import { quantizeActivations } from "./activations.ts";
import { addInto, gated, halfProduct, reordered, rmsNorm, rotateHeads } from "./decoder_parts.ts";
import { gemm } from "./gemm.ts";
import { kvAppend, kvAttend } from "./kv4.ts";

/**
 * Runs the new tokens of a pass, `[rows]`, through the decoder: writes their keys and values to the
 * cache and returns the logits after those of the rows that are asked for (default: all, in order). The
 * pass is not committed.
 *
 * Every step is one of the other cores or of `decoder_parts.ts`, so on the CPU backends the result is
 * the same bit for bit, for a row whatever else is in the pass, and however its text arrived.
 *
 * @param asked rows whose logits are wanted, each in `[0, rows)`.
 * @throws {KernelError} when the pass belongs to a cache of another shape, a text becomes longer than
 * the decoder's positions, a token is outside the vocabulary, or a number on the way is NaN, infinite
 * or, for keys and values, too large for 16-bit floats.
 */
export function forward(
  decoder: Decoder,
  pass: KvPass,
  tokens: Int32Array,
  asked?: Int32Array,
): ForwardResult {
  const quantize: Roundings["quantize"] = (part, x) =>
    quantizeActivations(x, x.length / part.weights.columns, part.weights.columns, part.format);
  return forwardRounded(decoder, pass, tokens, asked, { quantize, store: (k, v) => [k, v] });
}

/** Where a pass rounds. Elsewhere it only adds and multiplies, and small errors stay small. */
export interface Roundings {
  /** The codes of a linear part's input `x`, `[rows][columns]`, in the order of its channels. */
  quantize(part: DecoderLinear, x: Float32Array): QuantizedActivations;
  /** Keys and values that are about to be stored in 16 bits, and later in 4. */
  store(k: Float32Array, v: Float32Array): [Float32Array, Float32Array];
}

/**
 * {@linkcode forward} with roundings of the caller's: a backend whose floats differ in their last bits
 * rounds some numbers the other way, and is compared with the pass that rounds as it did.
 */
export function forwardRounded(
  decoder: Decoder,
  pass: KvPass,
  tokens: Int32Array,
  asked: Int32Array | undefined,
  roundings: Roundings,
): ForwardResult {
  const wanted = checkForward(decoder, pass, tokens, asked);
  const { width, inner, heads, kvHeads, headDim, epsilon } = decoder;
  const rows = pass.rows, half = headDim / 2;
  const x = Float32Array.from(
    { length: rows * width },
    (_, i) => decoder.embedding[tokens[Math.floor(i / width)]! * width + i % width]!,
  );
  const normed = (gain: Float32Array) => eachRow(x, width, (row) => rmsNorm(row, gain, epsilon));
  const positions = pass.extensions.flatMap(({ start, tokens }) =>
    Array.from({ length: tokens }, (_, i) => start + i)
  );
  const product = (name: string, part: DecoderLinear, input: Float32Array): Float32Array => {
    const { columns } = part.weights;
    const taken = eachRow(input, columns, (row) => reordered(row, part.order));
    checkInput(name, taken, columns);
    return gemm(roundings.quantize(part, taken), part.weights);
  };

  for (const [index, layer] of decoder.layers.entries()) {
    const at = `forward: layer ${index}`;
    const qkv = product(`${at}, qkv`, layer.qkv, normed(layer.attentionNorm));
    const cut = (first: number, count: number) =>
      eachRow(
        qkv,
        (heads + 2 * kvHeads) * headDim,
        (row) => row.slice(first * headDim, (first + count) * headDim),
      );
    const q = cut(0, heads), k = cut(heads, kvHeads), v = cut(heads + kvHeads, kvHeads);
    positions.forEach((position, row) => {
      const cos = decoder.cos.subarray(position * half, (position + 1) * half);
      const sin = decoder.sin.subarray(position * half, (position + 1) * half);
      for (const [array, count] of [[q, heads], [k, kvHeads]] as const) {
        const size = count * headDim;
        rotateHeads(array.subarray(row * size, (row + 1) * size), headDim, cos, sin);
      }
    });
    const mixed = named(index, () => {
      // A token sees itself: its key and value are stored before it attends.
      kvAppend(pass, index, ...roundings.store(k, v));
      return kvAttend(pass, index, q, heads);
    });
    addInto(x, product(`${at}, o`, layer.o, mixed));
    const gateUp = product(`${at}, gateUp`, layer.gateUp, normed(layer.mlpNorm));
    addInto(x, product(`${at}, down`, layer.down, eachRow(gateUp, 2 * inner, gated)));
  }

  const hidden = new Float32Array(wanted.length * width);
  if (wanted.length === 0) return { logits: new Float32Array(0), hidden };
  wanted.forEach((row, i) => {
    const last = x.subarray(row * width, (row + 1) * width);
    hidden.set(rmsNorm(last, decoder.finalNorm, epsilon), i * width);
  });
  if (isLinear(decoder.head)) {
    return { logits: product("forward: head", decoder.head, hidden), hidden };
  }
  checkInput("forward: head", hidden, width);
  const { vocabulary, head } = decoder;
  const logits = new Float32Array(wanted.length * vocabulary);
  for (let i = 0; i < wanted.length; i++) {
    halfProduct(
      head,
      hidden.subarray(i * width, (i + 1) * width),
      logits.subarray(i * vocabulary, (i + 1) * vocabulary),
    );
  }
  return { logits, hidden };
}

/** `f` of each row of `size` numbers, one after the other. */
function eachRow(x: Float32Array, size: number, f: (row: Float32Array) => Float32Array) {
  const rows = x.length / size;
  const first = f(x.subarray(0, size));
  const result = new Float32Array(rows * first.length);
  result.set(first);
  for (let row = 1; row < rows; row++) {
    result.set(f(x.subarray(row * size, (row + 1) * size)), row * first.length);
  }
  return result;
}

/**
 * Refuses arguments that do not belong together; returns the rows asked for. `home` is where the caller
 * keeps the contents of caches.
 */
export function checkForward(
  decoder: Decoder,
  pass: KvPass,
  tokens: Int32Array,
  asked: Int32Array | undefined,
  home: KvHome | "process" = "process",
): Int32Array {
  pass.checkCurrent("forward: pass");
  const { layers, kvHeads, headDim } = pass.layout;
  const shape = (layers: number, kvHeads: number, headDim: number) =>
    `${layers} layers, ${kvHeads} KV heads of ${headDim}`;
  const expected = shape(decoder.layers.length, decoder.kvHeads, decoder.headDim);
  if (shape(layers, kvHeads, headDim) !== expected) {
    const got = shape(layers, kvHeads, headDim);
    throw new KernelError({ what: "forward: pass", got, expected });
  }
  pass.extensions.forEach(({ start, tokens }, i) => {
    if (start + tokens <= decoder.positions) return;
    throw new KernelError({
      what: `forward: pass.extensions[${i}]`,
      got: `a text of ${start + tokens} tokens`,
      expected: `at most ${decoder.positions}`,
    });
  });
  pass.cache.settle("forward: pass", home);
  checkArray("forward: tokens", tokens, Int32Array, { rows: pass.rows });
  tokens.forEach((token, row) =>
    checkWhole(`forward: tokens[${row}]`, token, 0, decoder.vocabulary - 1)
  );
  if (asked === undefined) return Int32Array.from(tokens.keys());
  checkArray("forward: asked", asked, Int32Array, { rows: asked.length });
  asked.forEach((row, i) => checkWhole(`forward: asked[${i}]`, row, 0, pass.rows - 1));
  return asked;
}

function checkInput(name: string, x: Float32Array, columns: number): void {
  const bad = x.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw notFinite(`${name}: x`, x[bad]!, bad, columns);
}

/** Runs `work`; an error of a core says in which layer it happened. */
function named<T>(layer: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof KernelError ? inLayer(layer, error) : error;
  }
}

/** The error of a core, met in a layer of a forward pass. */
export function inLayer(layer: number, { parts }: KernelError): KernelError {
  return new KernelError({ ...parts, what: `forward: layer ${layer}, ${parts.what}` });
}
