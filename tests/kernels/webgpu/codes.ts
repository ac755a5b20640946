/** A GPU's quantised activations against the reference's. */
import { assert, assertEquals } from "@std/assert";
import type { ActivationFormat, Kernels } from "kernels/mod.ts";
import { quantizeActivations } from "kernels/reference/activations.ts";

/**
 * Codes may differ by one where x / s is so near a tie, as a share of its size: WGSL's division, of the
 * scale and by it, is only within 2.5 units of the last of 24 places.
 */
const TIE = 2 ** -20;

/** Checks codes, scales, offsets and sums against the reference. */
export async function assertCodes(
  gpu: Kernels,
  x: Float32Array,
  tokens: number,
  columns: number,
  format: Required<ActivationFormat>,
) {
  const ours = await gpu.quantizeActivations(x, tokens, columns, format);
  const exact = quantizeActivations(x, tokens, columns, format);
  const { blocks, paddedColumns } = exact;
  const { blockSize } = format;
  exact.scales.forEach((scale, at) => {
    assert(Math.abs(ours.scales[at]! / scale - 1) <= 2 ** -21, `scale ${at}`);
    if (exact.zeros === null) return;
    // zero = −half − min / scale, and the quotient is off by a share of its own size
    const offset = (format.bits[at % blocks] === 4 ? 8 : 128) + Math.abs(exact.zeros[at]!);
    assert(Math.abs(ours.zeros![at]! - exact.zeros[at]!) <= 2 ** -21 * offset, `zero ${at}`);
  });
  ours.codes.forEach((code, i) => {
    if (code === exact.codes[i]) return;
    const token = Math.floor(i / paddedColumns), column = i % paddedColumns;
    const at = token * blocks + Math.floor(column / blockSize);
    const start = token * columns + column - column % blockSize;
    const block = x.subarray(start, Math.min(start + blockSize, (token + 1) * columns));
    const from = exact.zeros === null ? 0 : Math.min(...block);
    const steps = (x[token * columns + column]! - from) / exact.scales[at]!;
    const toTie = Math.abs(steps + 0.5 - Math.round(steps + 0.5));
    assert(
      toTie <= TIE * Math.max(1, Math.abs(steps)) && Math.abs(code - exact.codes[i]!) === 1,
      `code ${i}`,
    );
  });
  for (let at = 0; at < ours.sums.length; at++) {
    const block = ours.codes.subarray(at * blockSize, (at + 1) * blockSize);
    assertEquals(ours.sums[at], block.reduce((sum, code) => sum + code, 0));
  }
}
