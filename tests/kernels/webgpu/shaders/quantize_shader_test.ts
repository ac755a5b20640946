/** Quantised activations on whatever adapter there is (software Vulkan will do), at tiny sizes. */
import { assert, assertRejects } from "@std/assert";
import { stream } from "offprint/random.ts";
import { KernelError, type Kernels, quantizeWeights } from "kernels/mod.ts";
import { quantizeShader } from "kernels/webgpu/shaders/quantize_shader.ts";
import { normals, randomBits } from "../../conformance/checking.ts";
import { assertCodes } from "../codes.ts";
import { assertDefaultLimits } from "../limits.ts";
import { onBothPaths } from "../adapter.ts";

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
      const bits = randomBits(random, columns, blockSize);
      const x = normals(random, tokens * columns);
      for (const scheme of ["symmetric", "minmax"] as const) {
        await assertCodes(gpu, x, tokens, columns, { blockSize, bits, scheme });
      }
    }
  });

  Deno.test(`${name}: extremes of activations`, async () => {
    const random = stream(11, "extremes");
    const patterns: ((i: number) => number)[] = [
      () => 0,
      () => -0,
      () => 0.3,
      (i) => i % 128 === 17 ? 1000 : 0.001 * (i % 7 - 3),
      () => (random.integer(2) === 0 ? -1 : 1) * 3.4028234e38,
      () => 3.4028234e38,
      () => (random.integer(29) - 14) / 2,
      () => (random.integer(509) - 254) / 2,
      () => 1e6 + random.uniform(),
    ];
    for (const pattern of patterns) {
      const x = Float32Array.from({ length: 2 * 136 }, (_, i) => pattern(i));
      for (const scheme of ["symmetric", "minmax"] as const) {
        const format = { blockSize: 64, bits: Uint8Array.of(4, 8, 8), scheme } as const;
        await assertCodes(gpu, x, 2, 136, format);
      }
    }
    // Numbers below the least normal one may be taken for 0.
    const tiny = Float32Array.from({ length: 64 }, (_, i) => (i % 5 - 2) * 2 ** -149);
    for (const scheme of ["symmetric", "minmax"] as const) {
      const format = { blockSize: 64, bits: Uint8Array.of(8), scheme } as const;
      const q = await gpu.quantizeActivations(tiny, 1, 64, format);
      assert(q.scales[0]! > 0 && q.codes.every((code) => code >= -128 && code <= 127));
    }
  });

  Deno.test(`${name}: NaN and infinities are refused where they stand`, async () => {
    const weights = quantizeWeights(new Float32Array(8 * 64).fill(1), 8, 64, 32);
    for (const scheme of ["symmetric", "minmax"] as const) {
      const format = { blockSize: 32, bits: Uint8Array.of(4, 8), scheme } as const;
      for (const value of [NaN, Infinity, -Infinity]) {
        const x = new Float32Array(3 * 64).fill(1);
        x[64 + 40] = value;
        const words = `x[1][40]: got ${value}, expected a finite number`;
        await assertRejects(() => gpu.quantizeActivations(x, 3, 64, format), KernelError, words);
        await assertRejects(() => gpu.linear(x, 3, format, weights), KernelError, words);
      }
    }
  });
}

await onBothPaths("webgpu, activations", tests);

Deno.test("webgpu, activations: shaders keep within the default limits of a device", () => {
  for (const scheme of ["symmetric", "minmax"] as const) {
    for (const ordered of [false, true]) {
      for (const gated of [false, true]) {
        assertDefaultLimits(quantizeShader({ scheme, ordered, gated }));
      }
    }
  }
});
