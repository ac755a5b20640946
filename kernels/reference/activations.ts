/**
 * Activation quantisation: every token, every block of channels, its own scale.
 *
 * @module
 */
import { checkArray, notFinite } from "../contract/checks.ts";
import { type ActivationFormat, QuantizedActivations } from "../contract/quantized_activations.ts";

/**
 * Quantises activations `x`, `[tokens][columns]`, token by token and block by block.
 *
 * Symmetric, in 32-bit floats: `s = max|x| / c` with `c` 7 or 127 (1 where that is 0), code
 * `= floor(x / s + 1/2)` limited to ±c. Min–max, in 64-bit floats: `s = (max − min) / (2^bits − 1)`,
 * code `= floor((x − min) / s + 1/2) − 2^(bits−1)`, `zero = −2^(bits−1) − min / s` (COMET §3.1, the
 * offset as derived from its figure 4). A constant block takes `s = |x|` there, so it is met exactly.
 *
 * @throws {KernelError} when `x` has another type or length, or holds NaN or an infinite number.
 *
 * @example The first INT8 channel of the paper's figure 4.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { quantizeActivations } from "kernels/reference/activations.ts";
 *
 * const x = Float32Array.of(18.6, 2.7, 31.2, -23.1, 0.8, 0.1, 15.8, -3.3);
 * const format = { blockSize: 32, bits: Uint8Array.of(8), scheme: "minmax" } as const;
 * const { codes } = quantizeActivations(x, 1, 8, format);
 * assertEquals([...codes.subarray(0, 8)], [68, -7, 127, -128, -16, -19, 55, -35]);
 * ```
 */
export function quantizeActivations(
  x: Float32Array,
  tokens: number,
  columns: number,
  format: ActivationFormat,
): QuantizedActivations {
  const made = new QuantizedActivations(tokens, columns, format);
  checkArray("quantizeActivations: x", x, Float32Array, { tokens, columns });
  const bad = x.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw notFinite("quantizeActivations: x", x[bad]!, bad, columns);

  const { blockSize, bits, scheme } = made.format;
  for (let token = 0; token < tokens; token++) {
    for (let block = 0; block < made.blocks; block++) {
      const start = block * blockSize;
      const end = Math.min(start + blockSize, columns); // padding never enters a range
      const values = x.subarray(token * columns + start, token * columns + end);
      const codes = made.codes.subarray(token * made.paddedColumns + start);
      const at = token * made.blocks + block;
      if (scheme === "symmetric") {
        made.scales[at] = quantizeSymmetric(values, bits[block] === 4 ? 7 : 127, codes);
      } else {
        const range = quantizeRange(values, bits[block]!, codes);
        made.scales[at] = range.scale;
        made.zeros![at] = range.zero;
      }
      let sum = 0;
      for (let i = 0; i < values.length; i++) sum += codes[i]!;
      made.sums[at] = sum;
    }
  }
  return made;
}

/** Fills `codes` with values of ±`limit` and returns the scale. */
export function quantizeSymmetric(
  values: Float32Array,
  limit: number,
  codes: Int8Array,
): number {
  let amax = 0;
  for (const value of values) amax = Math.max(amax, Math.abs(value));
  const scale = Math.fround(amax / limit) || 1;
  for (let i = 0; i < values.length; i++) {
    const code = Math.floor(Math.fround(Math.fround(values[i]! / scale) + 0.5));
    codes[i] = Math.max(-limit, Math.min(limit, code)); // only a denormal scale can exceed the limit
  }
  return scale;
}

function quantizeRange(
  values: Float32Array,
  bits: number,
  codes: Int8Array,
): { scale: number; zero: number } {
  let min = Infinity, max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const top = 2 ** bits - 1, half = 2 ** (bits - 1);
  const scale = Math.fround((max - min) / top) || Math.abs(min) || 1;
  for (let i = 0; i < values.length; i++) {
    codes[i] = Math.min(top, Math.floor((values[i]! - min) / scale + 0.5)) - half;
  }
  return { scale, zero: Math.fround(-half - min / scale) };
}
