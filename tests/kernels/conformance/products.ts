/** Matrix products: accumulators exact, floats bit for bit, at every size and schedule. */
import { assert, assertEquals } from "@std/assert";
import { type Random, stream } from "offprint/random.ts";
import {
  type ActivationFormat,
  type BlockSize,
  PackedWeights,
  PackedWeights8,
  QuantizedActivations,
  type Weights,
} from "kernels/mod.ts";
import { quantizeActivations } from "kernels/reference/activations.ts";
import { gemm, linear } from "kernels/reference/gemm.ts";
import { assertSame, type Conformance, normals, randomBits, refuses } from "./checking.ts";

/** Weights with all sixteen codes, -8 included, and scales of several sizes. */
function randomWeights(random: Random, rows: number, columns: number, blockSize: BlockSize) {
  const blocks = Math.ceil(columns / blockSize);
  return PackedWeights.fromCodes({
    rows,
    columns,
    blockSize,
    codes: Int8Array.from({ length: rows * columns }, () => random.integer(16) - 8),
    scales: Float32Array.from({ length: rows * blocks }, () => random.normal() * 0.1),
  });
}

/** The same with 8 bits. */
function randomWeights8(random: Random, rows: number, columns: number, blockSize: BlockSize) {
  const blocks = Math.ceil(columns / blockSize);
  return PackedWeights8.fromCodes({
    rows,
    columns,
    blockSize,
    codes: Int8Array.from({ length: rows * columns }, () => random.integer(255) - 127),
    scales: Float32Array.from({ length: rows * blocks }, () => random.normal() * 0.1),
  });
}

/** Numbers of tokens that take different ways through a tile, and which ends of the range they are at. */
const EXTREMES = [1, 2, 3, 6, 7, 13].flatMap((tokens) =>
  (["low", "high", "mixed"] as const).map((extreme) => [tokens, extreme] as const)
);

export const products: Conformance[] = [
  {
    name: "gemm: every number of tokens from 1 to 67",
    async check(kernels) {
      const random = stream(2, "tokens");
      const narrow = randomWeights(random, 29, 160, 32), wide = randomWeights8(random, 29, 160, 32);
      for (let tokens = 1; tokens <= 67; tokens++) {
        const format = { blockSize: 32, bits: randomBits(random, 160, 32) } as const;
        const a = quantizeActivations(normals(random, tokens * 160), tokens, 160, format);
        for (const weights of [narrow, wide]) {
          const what = `${tokens} tokens, ${weights.bits} bits`;
          assertSame(await kernels.gemm(a, weights), gemm(a, weights), what);
        }
      }
    },
  },
  {
    name: "gemm: rows and columns that no tile divides",
    async check(kernels) {
      const random = stream(2, "sizes");
      for (const rows of [1, 7, 8, 9, 15, 16, 17, 33, 63, 70, 129]) {
        for (const [columns, blockSize] of [[8, 32], [72, 64], [136, 128], [392, 128]] as const) {
          const weights: Weights = random.integer(3) === 0
            ? randomWeights8(random, rows, columns, blockSize)
            : randomWeights(random, rows, columns, blockSize);
          const bits = randomBits(random, columns, blockSize);
          const tokens = 1 + random.integer(14);
          const x = normals(random, tokens * columns);
          for (const scheme of ["symmetric", "minmax"] as const) {
            const format: ActivationFormat = { blockSize, bits, scheme };
            const a = quantizeActivations(x, tokens, columns, format);
            const what = `${tokens} x ${rows} x ${columns}, ${scheme}, ${weights.bits} bits`;
            const expected = gemm(a, weights);
            assertSame(await kernels.gemm(a, weights), expected, what);
            assertSame(await kernels.linear(x, tokens, format, weights), expected, what);
          }
        }
      }
    },
  },
  {
    name: "gemm: stretches of K longer than one step (4096 columns)",
    async check(kernels) {
      const random = stream(2, "long");
      const columns = 8200, weights = randomWeights(random, 19, columns, 128);
      const format = { blockSize: 128, bits: randomBits(random, columns, 128) } as const;
      for (const tokens of [1, 2, 5, 13]) {
        const x = normals(random, tokens * columns);
        const what = `${tokens} tokens`;
        assertSame(
          await kernels.linear(x, tokens, format, weights),
          linear(x, tokens, format, weights),
          what,
        );
      }
    },
  },
  {
    name: "gemm: more tokens than one round (258 or 264), more columns than one stretch (1024)",
    async check(kernels) {
      const random = stream(2, "many");
      const columns = 1096, weights = randomWeights(random, 75, columns, 64);
      const format = { blockSize: 64, bits: randomBits(random, columns, 64) } as const;
      for (const tokens of [258, 263, 277]) {
        const a = quantizeActivations(normals(random, tokens * columns), tokens, columns, format);
        assertSame(await kernels.gemm(a, weights), gemm(a, weights), `${tokens} tokens`);
      }
    },
  },
  {
    name: "gemm: accumulators at their extremes, block by block",
    async check(kernels) {
      // Scales of 1 in one block and 0 elsewhere make y that block's accumulator, exactly.
      const rows = 17, columns = 256, blocks = 2;
      const random = stream(2, "accumulators");
      for (const w of [-8, 7, 0, -127, 127]) {
        const packed = Math.abs(w) === 127 ? PackedWeights8 : PackedWeights;
        const codes = Int8Array.from(
          { length: rows * columns },
          () => w === 0 ? random.integer(16) - 8 : w,
        );
        for (const bits of [Uint8Array.of(4, 8), Uint8Array.of(8, 4)]) {
          for (const [tokens, extreme] of EXTREMES) {
            const a = Int8Array.from({ length: tokens * columns }, (_, i) => {
              const half = bits[Math.floor(i % columns / 128)] === 4 ? 8 : 128;
              const sign = extreme === "mixed" ? random.integer(2) : Number(extreme === "high");
              return sign === 1 ? half - 1 : -half;
            });
            for (let block = 0; block < blocks; block++) {
              const one = (count: number) =>
                Float32Array.from({ length: count }, (_, i) => i % blocks === block ? 1 : 0);
              const weights = packed.fromCodes({
                rows,
                columns,
                blockSize: 128,
                codes,
                scales: one(rows * blocks),
              });
              const y = await kernels.gemm(
                QuantizedActivations.fromCodes({
                  tokens,
                  columns,
                  format: { blockSize: 128, bits },
                  codes: a,
                  scales: one(tokens * blocks),
                }),
                weights,
              );
              for (let m = 0; m < tokens; m++) {
                for (let n = 0; n < rows; n++) {
                  let acc = 0;
                  for (let j = 128 * block; j < 128 * (block + 1); j++) {
                    acc += a[m * columns + j]! * codes[n * columns + j]!;
                  }
                  assertEquals(y[m * rows + n], acc);
                }
              }
            }
          }
        }
      }
    },
  },
  {
    name: "gemm: an output that is given is filled, and nothing beside it",
    async check(kernels) {
      const random = stream(2, "output");
      const weights = randomWeights(random, 11, 64, 32);
      const a = quantizeActivations(normals(random, 5 * 64), 5, 64, {
        blockSize: 32,
        bits: Uint8Array.of(8, 4),
      });
      const frame = new Float32Array(5 * 11 + 32).fill(7);
      const output = frame.subarray(16, 16 + 55);
      assert(await kernels.gemm(a, weights, output) === output);
      assertSame(output.slice(), gemm(a, weights), "output");
      assert(frame.every((value, i) => i >= 16 && i < 71 || value === 7));
    },
  },
  {
    name: "gemm: calls at the same time do not disturb each other",
    async check(kernels) {
      const random = stream(2, "concurrent");
      const weights = randomWeights(random, 512, 512, 128);
      const bits = Uint8Array.of(4, 8, 4, 4);
      const inputs = Array.from({ length: 6 }, (_, i) => normals(random, (10 + i % 3) * 512));
      const outputs = await Promise.all(
        inputs.map((x) => kernels.linear(x, x.length / 512, { blockSize: 128, bits }, weights)),
      );
      for (const [i, x] of inputs.entries()) {
        const expected = await kernels.linear(x, x.length / 512, { blockSize: 128, bits }, weights);
        assertSame(outputs[i]!, expected, `call ${i}`);
      }
      const row = linear(inputs[0]!.subarray(0, 512), 1, { blockSize: 128, bits }, weights);
      assertSame(outputs[0]!.slice(0, 512), row, "first token");
    },
  },
  {
    name: "gemm: wrong arguments are refused with names and numbers",
    async check(kernels) {
      const random = stream(2, "refused");
      const weights = randomWeights(random, 8, 64, 32);
      const format = { blockSize: 32, bits: Uint8Array.of(4, 8) } as const;
      const x = normals(random, 2 * 64);
      const a = quantizeActivations(x, 2, 64, format);
      const other = quantizeActivations(normals(random, 96), 1, 96, {
        blockSize: 32,
        bits: Uint8Array.of(4, 8, 4),
      });
      await refuses(() => kernels.gemm(other, weights), "columns: got 96, expected 64");
      const wide = quantizeActivations(x, 2, 64, { blockSize: 64, bits: Uint8Array.of(4) });
      await refuses(() => kernels.gemm(wide, weights), "blockSize: got 64, expected 32");
      await refuses(
        () => kernels.gemm(a, weights, new Float32Array(15)),
        "output: got Float32Array of 15, expected Float32Array of 16, [tokens 2][rows 8]",
      );
      const as = <T>(value: unknown) => value as T;
      await refuses(
        () => kernels.linear(as<Float32Array>(new Float64Array(128)), 2, format, weights),
        "linear: x: got Float64Array of 128, expected Float32Array of 128, [tokens 2][columns 64]",
      );
      await refuses(
        () => kernels.linear(as<Float32Array>(null), 2, format, weights),
        "linear: x: got null, expected Float32Array of 128",
      );
      for (const tokens of [0, -1, 1.5, NaN, 3]) {
        await refuses(() => kernels.linear(x, tokens, format, weights), "linear:");
      }
      await refuses(
        () => kernels.quantizeActivations(x, 2, 60, format),
        "columns: got 60, expected a positive multiple of 8",
      );
      await refuses(
        () => kernels.quantizeActivations(x, 2, 64, { blockSize: 32, bits: Uint8Array.of(4) }),
        "bits: got Uint8Array of 1, expected Uint8Array of 2, [blocks 2]",
      );
      await refuses(
        () => kernels.quantizeActivations(x, 2, 64, { blockSize: 32, bits: Uint8Array.of(4, 5) }),
        "bits[1]: got 5, expected one of 4, 8",
      );
      await refuses(
        () =>
          kernels.quantizeActivations(x, 2, 64, {
            blockSize: as<BlockSize>(48),
            bits: Uint8Array.of(4, 4),
          }),
        "blockSize: got 48, expected one of 32, 64, 128",
      );
    },
  },
];
