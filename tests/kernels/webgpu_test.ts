/** The WebGPU backend on whatever adapter there is (software Vulkan will do), at tiny sizes. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Random, stream } from "offprint/random.ts";
import {
  type BlockSize,
  KernelError,
  type Kernels,
  openKernels,
  PackedWeights,
  PackedWeights8,
  QuantizedActivations,
  quantizeWeights,
  type Weights,
} from "kernels/mod.ts";
import { quantizeActivations } from "kernels/reference/activations.ts";
import { gemm } from "kernels/reference/gemm.ts";
import { requestDevice, WebGpuUnavailable } from "kernels/webgpu/device.ts";
import { openWebGpu } from "kernels/webgpu/mod.ts";
import { gemmShader, gemvShader, quantizeShader } from "kernels/webgpu/shaders.ts";

/**
 * How far a product may be from the reference, as a share of the sum of its terms' sizes: a GPU may
 * fuse multiply and add, and round scales differently. Accumulators are exact.
 */
const CEILING = 2 ** -20;
/** Codes may differ by one where x / s is this near a tie: WGSL's division is not correctly rounded. */
const TIE = 2 ** -18;

function normals(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal());
}

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

function randomBits(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.integer(2) === 0 ? 4 : 8);
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
        size += Math.abs(a.scales[m * a.blocks + b]! * weights.scale(n, b) * acc);
      }
      const error = Math.abs(y[m * weights.rows + n]! - expected[m * weights.rows + n]!);
      assert(error <= CEILING * size, `${what}: y[${m}][${n}] is off by ${error} of ${size}`);
    }
  }
}

function tests(name: string, gpu: Kernels) {
  Deno.test(`${name}: codes, scales and sums`, async () => {
    const random = stream(11, "activations");
    for (
      const [tokens, columns, blockSize] of [[1, 8, 32], [3, 136, 64], [2, 392, 128], [
        9,
        64,
        32,
      ]] as const
    ) {
      const bits = randomBits(random, Math.ceil(columns / blockSize));
      const x = normals(random, tokens * columns);
      const ours = await gpu.quantizeActivations(x, tokens, columns, { blockSize, bits });
      const exact = quantizeActivations(x, tokens, columns, { blockSize, bits });
      ours.scales.forEach((scale, i) =>
        assert(Math.abs(scale / exact.scales[i]! - 1) <= 2 ** -21, `scale ${i}`)
      );
      ours.codes.forEach((code, i) => {
        if (code === exact.codes[i]) return;
        const token = Math.floor(i / ours.paddedColumns), column = i % ours.paddedColumns;
        const at = token * ours.blocks + Math.floor(column / blockSize);
        const ratio = x[token * columns + column]! / exact.scales[at]!;
        const toTie = Math.abs(ratio + 0.5 - Math.round(ratio + 0.5));
        assert(toTie <= TIE && Math.abs(code - exact.codes[i]!) === 1, `code ${i}`);
      });
      for (let at = 0; at < ours.sums.length; at++) {
        const block = ours.codes.subarray(at * blockSize, (at + 1) * blockSize);
        assertEquals(ours.sums[at], block.reduce((sum, code) => sum + code, 0));
      }
    }
  });

  Deno.test(`${name}: NaN and infinities are refused where they stand`, async () => {
    const weights = quantizeWeights(new Float32Array(8 * 64).fill(1), 8, 64, 32);
    const format = { blockSize: 32, bits: Uint8Array.of(4, 8) } as const;
    for (const value of [NaN, Infinity, -Infinity]) {
      const x = new Float32Array(3 * 64).fill(1);
      x[64 + 40] = value;
      const words = `x[1][40]: got ${value}, expected a finite number`;
      await assertRejects(() => gpu.quantizeActivations(x, 3, 64, format), KernelError, words);
      await assertRejects(() => gpu.linear(x, 3, format, weights), KernelError, words);
    }
  });

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
        [4, 70, 1160, 128],
        [5, 65, 136, 128],
        [33, 67, 104, 32],
      ] as const
    ) {
      for (const width of [4, 8] as const) {
        const weights = randomWeights(random, rows, columns, blockSize, width);
        const bits = randomBits(random, weights.blocks);
        const x = normals(random, tokens * columns);
        const a = await gpu.quantizeActivations(x, tokens, columns, { blockSize, bits });
        const what = `${tokens} x ${rows} x ${columns}, ${width} bits`;
        const y = await gpu.gemm(a, weights);
        assertProduct(y, a, weights, what);
        assertProduct(await gpu.linear(x, tokens, { blockSize, bits }, weights), a, weights, what);
      }
    }
  });

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
    const format = { blockSize: 32, bits: Uint8Array.of(4, 8), scheme: "minmax" } as const;
    const x = normals(random, 128);
    const exact = quantizeActivations(x, 2, 64, format);
    assertEquals(await gpu.linear(x, 2, format, weights), gemm(exact, weights));
    assertEquals(
      [...await gpu.warpedSoftmax(Float32Array.of(0, 1), 1, { temperature: 0 })],
      [0, 1],
    );
    await assertRejects(
      () => gpu.linear(x, 3, { blockSize: 32, bits: format.bits }, weights),
      KernelError,
      "linear: x: got Float32Array of 128, expected Float32Array of 192, [tokens 3][columns 64]",
    );
  });
}

const found = await requestDevice().catch((error: Error) => error);
if (found instanceof WebGpuUnavailable) {
  Deno.test({ name: `webgpu: skipped, ${found.message}`, ignore: true, fn() {} });
} else if (found instanceof Error) throw found;
else {
  const { device, name } = found;
  const cpu = () => openKernels({ backend: "reference" });
  tests(`webgpu on ${name}`, await openWebGpu(await cpu(), { device }));
  tests(
    `webgpu on ${name}, without dot4I8Packed, in small parts`,
    await openWebGpu(await cpu(), { device, packedDot: false, mostBytes: 2048 }),
  );

  Deno.test("webgpu: opened by name, closed, and refused then", async () => {
    const gpu = await openKernels({ backend: "webgpu" });
    assertEquals(gpu.backend, "webgpu");
    assertStringIncludes(gpu.reason, "the KV cache and sampling: ");
    const format = { blockSize: 32, bits: Uint8Array.of(4) } as const;
    await gpu.quantizeActivations(new Float32Array(32), 1, 32, format);
    gpu.close();
    await assertRejects(
      () => gpu.quantizeActivations(new Float32Array(32), 1, 32, format),
      KernelError,
      "closed",
    );
  });

  Deno.test("webgpu: a device that is lost is named", async () => {
    const { device } = await requestDevice();
    const gpu = await openWebGpu(await cpu(), { device });
    const format = { blockSize: 32, bits: Uint8Array.of(4) } as const;
    await gpu.quantizeActivations(new Float32Array(32), 1, 32, format);
    device.destroy();
    await device.lost;
    await assertRejects(
      () => gpu.quantizeActivations(new Float32Array(32), 1, 32, format),
      KernelError,
      "webgpu: device: got one that was lost",
    );
  });
}

Deno.test("webgpu: shaders keep within the default limits of a device", () => {
  for (const weightBits of [4, 8] as const) {
    for (const packedDot of [true, false]) {
      for (
        const code of [gemmShader, gemvShader].map((shader) => shader({ weightBits, packedDot }))
      ) {
        assertEquals(code.includes("dot4I8Packed"), packedDot);
        const [, size] = /@workgroup_size\((\d+)\)/.exec(code)!;
        assert(Number(size) <= 256);
        assert([...code.matchAll(/var<storage/g)].length <= 8);
        const shared = [...code.matchAll(/var<workgroup> \w+: array<\w+, (\d+)>/g)];
        assert(shared.reduce((sum, [, count]) => sum + 4 * Number(count), 0) <= 16384);
      }
    }
  }
  assert([...quantizeShader().matchAll(/var<storage/g)].length <= 8);
});
