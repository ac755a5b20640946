/** Products on whatever adapter there is (software Vulkan will do), at tiny sizes. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Random, stream } from "offprint/random.ts";
import fc from "fast-check";
import {
  BLOCK_SIZES,
  type BlockSize,
  KernelError,
  type Kernels,
  PackedWeights,
  PackedWeights8,
  QuantizedActivations,
  type Weights,
} from "kernels/mod.ts";
import { groupIndex } from "kernels/contract/block_matrix.ts";
import { gemm } from "kernels/reference/gemm.ts";
import { gemmShader, gemvShader } from "kernels/webgpu/shaders/product_shaders.ts";
import { normals, randomBits } from "../conformance/checking.ts";
import { assertCodes } from "./codes.ts";
import { assertDefaultLimits } from "./limits.ts";
import { onBothPaths } from "./adapter.ts";

/**
 * How far a product may be from the reference, as a share of the sum of its terms' sizes: a GPU may
 * fuse multiply and add, and round scales differently. Accumulators are exact.
 */
const CEILING = 2 ** -20;
function randomWeights(
  random: Random,
  rows: number,
  columns: number,
  blockSize: BlockSize,
  bits: 4 | 8,
) {
  const type = bits === 4 ? PackedWeights : PackedWeights8;
  const half = bits === 4 ? 8 : 127;
  return type.fromCodes({
    rows,
    columns,
    blockSize,
    codes: Int8Array.from({ length: rows * columns }, () => random.integer(2 * half) - half),
    scales: Float32Array.from(
      { length: rows * Math.ceil(columns / blockSize) },
      () => random.normal() * 0.1,
    ),
  });
}

/** Checks a product against the reference given the same codes. */
function assertProduct(y: Float32Array, a: QuantizedActivations, weights: Weights, what: string) {
  const expected = gemm(a, weights);
  const codes = weights.codes();
  const { blockSize } = weights;
  for (let m = 0; m < a.tokens; m++) {
    for (let n = 0; n < weights.rows; n++) {
      let size = 0;
      for (let b = 0; b < a.blocks; b++) {
        let acc = 0;
        for (let j = b * blockSize; j < Math.min((b + 1) * blockSize, a.columns); j++) {
          acc += a.codes[m * a.paddedColumns + j]! * codes[n * a.columns + j]!;
        }
        const at = m * a.blocks + b;
        const offset = Math.abs((a.zeros?.[at] ?? 0) * weights.sums[groupIndex(n, b, a.blocks)]!);
        size += Math.abs(a.scales[at]! * weights.scale(n, b)) * (Math.abs(acc) + offset);
      }
      const error = Math.abs(y[m * weights.rows + n]! - expected[m * weights.rows + n]!);
      assert(error <= CEILING * size, `${what}: y[${m}][${n}] is off by ${error} of ${size}`);
    }
  }
}

function tests(name: string, gpu: Kernels) {
  Deno.test(`${name}: accumulators are exact, at their extremes too`, async () => {
    const random = stream(11, "accumulators");
    const rows = 19, columns = 256;
    for (const tokens of [1, 5]) {
      for (const wide of [false, true]) {
        for (const extreme of [false, true]) {
          const bits = Uint8Array.of(8, 4);
          const pick = (low: number, high: number) =>
            extreme ? (random.integer(2) === 0 ? low : high) : low + random.integer(high - low + 1);
          const w = Int8Array.from(
            { length: rows * columns },
            () => wide ? pick(-127, 127) : pick(-8, 7),
          );
          const x = Int8Array.from(
            { length: tokens * columns },
            (_, i) => i % columns < 128 ? pick(-128, 127) : pick(-8, 7),
          );
          for (let block = 0; block < 2; block++) {
            const one = (count: number) =>
              Float32Array.from({ length: count }, (_, i) => i % 2 === block ? 1 : 0);
            const type = wide ? PackedWeights8 : PackedWeights;
            const y = await gpu.gemm(
              QuantizedActivations.fromCodes({
                tokens,
                columns,
                format: { blockSize: 128, bits },
                codes: x,
                scales: one(tokens * 2),
              }),
              type.fromCodes({ rows, columns, blockSize: 128, codes: w, scales: one(rows * 2) }),
            );
            for (let m = 0; m < tokens; m++) {
              for (let n = 0; n < rows; n++) {
                let acc = 0;
                for (let j = 128 * block; j < 128 * block + 128; j++) {
                  acc += x[m * columns + j]! * w[n * columns + j]!;
                }
                assertEquals(y[m * rows + n], acc);
              }
            }
          }
        }
      }
    }
  });

  Deno.test(`${name}: products at odd sizes are within the ceiling`, async () => {
    const random = stream(11, "products");
    for (
      const [tokens, rows, columns, blockSize] of [
        [1, 1, 8, 32],
        [1, 37, 328, 32],
        [2, 9, 72, 64],
        [3, 9, 72, 64],
        [4, 70, 1160, 128],
        [5, 65, 136, 128],
        [33, 67, 104, 32],
        [67, 5, 40, 64],
      ] as const
    ) {
      for (const width of [4, 8] as const) {
        const weights = randomWeights(random, rows, columns, blockSize, width);
        const bits = randomBits(random, weights.columns, weights.blockSize);
        const x = normals(random, tokens * columns);
        for (const scheme of ["symmetric", "minmax"] as const) {
          const format = { blockSize, bits, scheme };
          const a = await gpu.quantizeActivations(x, tokens, columns, format);
          const what = `${tokens} x ${rows} x ${columns}, ${width} bits, ${scheme}`;
          assertProduct(await gpu.gemm(a, weights), a, weights, what);
          assertProduct(await gpu.linear(x, tokens, format, weights), a, weights, what);
        }
      }
    }
  });

  Deno.test(`${name}: property: products of any size are the reference's of the same codes`, () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          tokens: fc.integer({ min: 1, max: 40 }),
          rows: fc.integer({ min: 1, max: 80 }),
          columns: fc.integer({ min: 1, max: 40 }).map((n) => 8 * n),
          blockSize: fc.constantFrom(...BLOCK_SIZES),
          scheme: fc.constantFrom("symmetric" as const, "minmax" as const),
          width: fc.constantFrom(4 as const, 8 as const),
          seed: fc.nat(),
        }),
        async ({ tokens, rows, columns, blockSize, scheme, width, seed }) => {
          const random = stream(seed, "property");
          const weights = randomWeights(random, rows, columns, blockSize, width);
          const format = {
            blockSize,
            bits: randomBits(random, weights.columns, weights.blockSize),
            scheme,
          };
          const x = normals(random, tokens * columns);
          await assertCodes(gpu, x, tokens, columns, format);
          const codes = await gpu.quantizeActivations(x, tokens, columns, format);
          assertProduct(await gpu.gemm(codes, weights), codes, weights, "gemm");
          assertProduct(await gpu.linear(x, tokens, format, weights), codes, weights, "linear");
        },
      ),
      { seed: 5, numRuns: 8 },
    ));

  Deno.test(`${name}: calls at the same time, and an output that is given`, async () => {
    const random = stream(11, "concurrent");
    const weights = randomWeights(random, 40, 64, 32, 4);
    const format = { blockSize: 32, bits: Uint8Array.of(4, 8) } as const;
    const inputs = [1, 7, 3, 7].map((tokens) => normals(random, 64 * tokens));
    const outputs = await Promise.all(inputs.map((x) => {
      const output = new Float32Array(x.length / 64 * 40);
      return gpu.linear(x, x.length / 64, format, weights, output).then((y) => {
        assert(y === output);
        return y;
      });
    }));
    for (const [i, x] of inputs.entries()) {
      assertEquals(outputs[i], await gpu.linear(x, x.length / 64, format, weights));
    }
  });

  Deno.test(`${name}: what runs on the CPU, and wrong arguments`, async () => {
    const random = stream(11, "cpu");
    const weights = randomWeights(random, 8, 64, 32, 4);
    const format = { blockSize: 32, bits: Uint8Array.of(4, 8) } as const;
    const x = normals(random, 128);
    assertEquals(
      [...await gpu.warpedSoftmax(Float32Array.of(0, 1), 1, { temperature: 0 })],
      [0, 1],
    );
    await assertRejects(
      () => gpu.linear(x, 3, format, weights),
      KernelError,
      "linear: x: got Float32Array of 128, expected Float32Array of 192, [tokens 3][columns 64]",
    );
  });
}

await onBothPaths("webgpu, products", tests);

Deno.test("webgpu, products: shaders keep within the default limits of a device", () => {
  for (const weightBits of [4, 8] as const) {
    for (const packedDot of [true, false]) {
      for (
        const code of [false, true].flatMap((offset) => [
          gemmShader({ weightBits, packedDot, offset }),
          gemvShader({ weightBits, packedDot, offset }, 4),
        ])
      ) {
        assertEquals(code.includes("dot4I8Packed"), packedDot);
        assertDefaultLimits(code);
      }
    }
  }
});
