/** Properties over random sizes, formats and values. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { stream } from "offprint/random.ts";
import { BLOCK_SIZES, openKernels, quantizeWeights, quantizeWeights8 } from "kernels/mod.ts";
import { quantizeActivations } from "kernels/reference/activations.ts";
import { linear } from "kernels/reference/gemm.ts";
import { packRuns, unpackRuns } from "kernels/reference/kv4_records.ts";
import { packP32, unpackP32 } from "kernels/contract/p32.ts";
import { assertSame } from "./mod.ts";

const kernels = await openKernels();
const sizes = fc.record({
  tokens: fc.integer({ min: 1, max: 20 }),
  rows: fc.integer({ min: 1, max: 70 }),
  columns: fc.integer({ min: 1, max: 50 }).map((n) => 8 * n),
  blockSize: fc.constantFrom(...BLOCK_SIZES),
  scheme: fc.constantFrom("symmetric" as const, "minmax" as const),
  seed: fc.nat(),
});

/** Activations of very different sizes, weights, and bits per block. */
function inputs(
  of: { tokens: number; rows: number; columns: number; blockSize: number; seed: number },
) {
  const random = stream(of.seed, "property");
  const normals = (count: number) =>
    Float32Array.from({ length: count }, () => random.normal() * 10 ** (random.integer(5) - 2));
  const bits = Uint8Array.from(
    { length: Math.ceil(of.columns / of.blockSize) },
    () => random.integer(2) === 0 ? 4 : 8,
  );
  return { x: normals(of.tokens * of.columns), w: normals(of.rows * of.columns), bits };
}

Deno.test(`property: ${kernels.backend} ${kernels.variant} computes what the reference does`, () =>
  fc.assert(
    fc.asyncProperty(sizes, fc.boolean(), async (of, wide) => {
      const { x, w, bits } = inputs(of);
      const pack = wide ? quantizeWeights8 : quantizeWeights;
      const weights = pack(w, of.rows, of.columns, of.blockSize);
      const format = { blockSize: of.blockSize, bits, scheme: of.scheme };
      assertSame(
        await kernels.linear(x, of.tokens, format, weights),
        linear(x, of.tokens, format, weights),
        JSON.stringify(of),
      );
    }),
    { seed: 5, numRuns: 80 },
  ));

Deno.test("property: an activation is off by at most half a step", () =>
  fc.assert(
    fc.property(sizes, (of) => {
      const { x, bits } = inputs(of);
      const format = { blockSize: of.blockSize, bits, scheme: of.scheme };
      const q = quantizeActivations(x, of.tokens, of.columns, format);
      q.values().forEach((value, i) => {
        const block = Math.floor(i % of.columns / of.blockSize);
        const step = q.scales[Math.floor(i / of.columns) * q.blocks + block]!;
        assert(Math.abs(value - x[i]!) <= step / 2 * (1 + 1e-4), JSON.stringify({ of, i }));
      });
    }),
    { seed: 5, numRuns: 60 },
  ));

Deno.test("property: packing loses nothing", () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(),
      (rows, words, seed) => {
        const random = stream(seed, "pack");
        const codes = Int8Array.from({ length: rows * words * 8 }, () => random.integer(16) - 8);
        assertEquals(unpackP32(packP32(codes, rows, words * 8), rows, words * 8), codes);
        const runs = Uint8Array.from({ length: rows * 32 }, () => random.integer(16));
        const packed = new Uint8Array(rows * 16);
        packRuns(runs, packed);
        assertEquals(unpackRuns(packed), runs);
      },
    ),
    { seed: 5, numRuns: 60 },
  ));
