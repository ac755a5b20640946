/**
 * Golden integers, worked out by hand from COMET's formats: what the reference must compute to the last bit.
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { quantizeActivations } from "kernels/reference/activations.ts";
import { X } from "./golden_numbers.ts";

Deno.test("the first channel of figure 4, INT8 min-max", () => {
  const x = Float32Array.of(18.6, 2.7, 31.2, -23.1, 0.8, 0.1, 15.8, -3.3);
  const bits = Uint8Array.of(8);
  const q = quantizeActivations(x, 1, 8, { blockSize: 32, bits, scheme: "minmax" });
  assertEquals([...q.codes.subarray(0, 8)], [68, -7, 127, -128, -16, -19, 55, -35]);
  assertAlmostEquals(q.scales[0]!, 54.3 / 255, 1e-7);
  assertEquals(Math.round(q.scales[0]! * 100), 21);
  const errors = q.values().map((value, i) => Math.abs(value - x[i]!));
  assertAlmostEquals(Math.max(...errors), 0.0682, 5e-5);
  assert(Math.max(...errors) <= q.scales[0]! / 2);
});

Deno.test("one 4-bit scale per token zeroes every normal channel", () => {
  const codes = X.flatMap((row) => {
    const scale = Math.fround(Math.max(...row.map(Math.abs)) / 7);
    return row.map((value) => Math.floor(value / scale + 0.5) + 0);
  });
  assertEquals(codes, [0, 0, 0, 0, 7, -3, 0, 1, 0, 0, 0, 0, -7, 5, 0, 1]);
});
