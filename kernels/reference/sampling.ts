/**
 * From logits to a token: temperature, truncation, softmax, and a draw by inverse transform.
 *
 * @module
 */
import { PLAIN_SAMPLING, type SamplingOptions } from "../contract/types.ts";
import { checkArray, checkWhole, outputOf } from "../contract/checks.ts";
import { KernelError } from "../contract/errors.ts";
import { expNegative, laneSum } from "./exact_math.ts";

/**
 * Probabilities after the warp, `[rows][vocabulary]` in 64-bit floats, from logits of the same shape.
 * Cut tokens have probability 0 exactly. A logit of −∞ is allowed (a masked token).
 *
 * @throws {KernelError} when sizes or the warp are wrong, a logit is NaN or +∞, or a row is all −∞.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { warpedSoftmax } from "kernels/reference/sampling.ts";
 *
 * const logits = Float32Array.of(0, 1, 1, -Infinity);
 * assertEquals([...warpedSoftmax(logits, 1, { temperature: 0 })], [0, 1, 0, 0]);
 * assertEquals([...warpedSoftmax(logits, 1, { temperature: 1, topK: 2 })], [0, 0.5, 0.5, 0]);
 * ```
 */
export function warpedSoftmax(
  logits: Float32Array,
  rows: number,
  warp: SamplingOptions,
  given?: Float64Array,
): Float64Array {
  const checked = checkSoftmax(logits, rows, warp, given);
  const { output, vocabulary, temperature, topK, topP, minP } = checked;
  for (let row = 0; row < rows; row++) {
    const of = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
    const p = output.subarray(row * vocabulary, (row + 1) * vocabulary);
    const best = largest(of, row);
    if (temperature === 0) {
      p.fill(0);
      p[best] = 1;
      continue;
    }
    const max = of[best]!;
    for (let i = 0; i < vocabulary; i++) p[i] = expNegative((of[i]! - max) / temperature);
    if ((topK > 0 && topK < vocabulary) || topP < 1) {
      const order = Uint32Array.from(of.keys()).sort((a, b) => of[b]! - of[a]! || a - b);
      if (topK > 0 && topK < vocabulary) cut(p, order, topK);
      if (topP < 1) {
        const enough = topP * laneSum(p);
        let mass = 0, kept = 0;
        while (kept < vocabulary && mass < enough) mass += p[order[kept++]!]!;
        cut(p, order, Math.max(1, kept));
      }
    }
    for (let i = 0; i < vocabulary; i++) if (p[i]! < minP) p[i] = 0; // the largest stands at 1
    const total = laneSum(p);
    for (let i = 0; i < vocabulary; i++) p[i]! /= total;
  }
  return output;
}

/** Leaves the first `kept` of `order`. */
function cut(p: Float64Array, order: Uint32Array, kept: number): void {
  for (let i = kept; i < order.length; i++) p[order[i]!] = 0;
}

/** The first index of the largest logit. */
function largest(logits: Float32Array, row: number): number {
  let best = 0;
  for (let i = 0; i < logits.length; i++) {
    if (logits[i]! > logits[best]!) best = i;
    if (Number.isNaN(logits[i]!)) throw badLogit(row, i, NaN);
  }
  if (!Number.isFinite(logits[best]!)) throw badLogit(row, best, logits[best]!);
  return best;
}

/**
 * One token per row of `probabilities`, `[rows][vocabulary]`, by inverse transform: the first token at
 * which the running sum exceeds `uniforms[row]` times the whole sum. Rows need not sum to 1; a token
 * of probability 0 is never drawn, and rounding at the end falls to the last token that has any.
 *
 * @throws {KernelError} when sizes are wrong, a uniform number is outside [0, 1), or a row's sum is
 * not positive and finite.
 */
export function sample(
  probabilities: Float64Array,
  rows: number,
  uniforms: Float64Array,
): Int32Array {
  const vocabulary = checkSample(probabilities, rows, uniforms);
  const tokens = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const weights = probabilities.subarray(row * vocabulary, (row + 1) * vocabulary);
    tokens[row] = draw(weights, uniforms[row]!);
    if (tokens[row]! < 0) throw badMass("sample: probabilities", row, laneSum(weights));
  }
  return tokens;
}

/** The index drawn from `weights` by `uniform`, or −1 when their sum is not positive and finite. */
export function draw(weights: Float64Array, uniform: number): number {
  const total = laneSum(weights);
  if (!(total > 0 && total < Infinity)) return -1;
  const target = uniform * total;
  let sum = 0, last = -1;
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i]! > 0)) continue;
    last = i;
    sum += weights[i]!;
    if (sum > target) break;
  }
  return last;
}

/** The vocabulary, the filled-in warp and the output of a softmax. */
export function checkSoftmax(
  logits: Float32Array,
  rows: number,
  warp: SamplingOptions,
  given: Float64Array | undefined,
): Required<SamplingOptions> & { vocabulary: number; output: Float64Array } {
  checkWhole("warpedSoftmax: rows", rows, 1);
  const vocabulary = vocabularyOf("warpedSoftmax: logits", logits, rows);
  checkArray("warpedSoftmax: logits", logits, Float32Array, { rows, vocabulary });
  const output = outputOf("warpedSoftmax: output", given, Float64Array, { rows, vocabulary });
  return { vocabulary, output, ...checkSampling(warp) };
}

/** A warp filled in. */
export function checkSampling(warp: SamplingOptions): Required<SamplingOptions> {
  const { temperature, topK, topP, minP } = { ...PLAIN_SAMPLING, ...warp };
  checkRange("temperature", temperature, temperature >= 0 && temperature < Infinity, "[0, ∞)");
  checkWhole("warpedSoftmax: topK", topK, 0);
  checkRange("topP", topP, topP > 0 && topP <= 1, "(0, 1]");
  checkRange("minP", minP, minP >= 0 && minP <= 1, "[0, 1]");
  return { temperature, topK, topP, minP };
}

/** The vocabulary size of a draw. */
export function checkSample(
  probabilities: Float64Array,
  rows: number,
  uniforms: Float64Array,
): number {
  checkWhole("sample: rows", rows, 1);
  const vocabulary = vocabularyOf("sample: probabilities", probabilities, rows);
  checkArray("sample: probabilities", probabilities, Float64Array, { rows, vocabulary });
  checkUniforms("sample: uniforms", uniforms, { rows });
  return vocabulary;
}

/** Refuses uniform numbers outside [0, 1). */
export function checkUniforms(
  what: string,
  uniforms: Float64Array,
  shape: Readonly<Record<string, number>>,
): void {
  checkArray(what, uniforms, Float64Array, shape);
  const bad = uniforms.findIndex((u) => !(u >= 0 && u < 1));
  if (bad < 0) return;
  throw new KernelError({
    what: `${what}[${bad}]`,
    got: uniforms[bad],
    expected: "a number in [0, 1)",
  });
}

function vocabularyOf(what: string, array: { readonly length: number }, rows: number): number {
  const vocabulary = array?.length / rows;
  if (Number.isInteger(vocabulary) && vocabulary > 0) return vocabulary;
  throw new KernelError({
    what,
    got: array,
    expected: `a length that ${rows} rows divide`,
  });
}

function checkRange(name: string, value: number, inside: boolean, range: string): void {
  if (inside) return;
  throw new KernelError({ what: `warpedSoftmax: ${name}`, got: value, expected: `in ${range}` });
}

/** The error for a logit that no distribution can be made of. */
export function badLogit(row: number, token: number, value: number): KernelError {
  return new KernelError({
    what: `warpedSoftmax: logits[${row}][${token}]`,
    got: value,
    expected: value === -Infinity ? "one finite logit in the row" : "a finite number or -Infinity",
    todo: "Look for an overflow in the model, or a mask that leaves no token.",
  });
}

/** The error for weights that cannot be drawn from. */
export function badMass(what: string, row: number, sum: number): KernelError {
  return new KernelError({
    what: `${what}[${row}]`,
    got: `a sum of ${sum}`,
    expected: "a positive finite sum",
  });
}
