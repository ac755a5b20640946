/** Activation quantisation: codes bit for bit. */
import { assert, assertEquals } from "@std/assert";
import { type Random, stream } from "offprint/random.ts";
import { type QuantizedActivations, quantizeWeights } from "kernels/mod.ts";
import { quantizeActivations } from "kernels/reference/activations.ts";
import { assertSame, type Conformance, normals, randomBits, refuses } from "./checking.ts";

function assertActivations(actual: QuantizedActivations, expected: QuantizedActivations) {
  assertSame(actual.codes, expected.codes, "codes");
  assertSame(actual.scales, expected.scales, "scales");
  assertSame(actual.sums, expected.sums, "sums");
  assertEquals(actual.zeros === null, expected.zeros === null);
  if (expected.zeros !== null) assertSame(actual.zeros!, expected.zeros, "zeros");
}

/** Values that rounding, ranges and scales find hard. */
const HARD: Readonly<Record<string, (random: Random, i: number) => number>> = {
  zeros: () => 0,
  "negative zeros": () => -0,
  "one value": () => 0.3,
  "one outlier": (_, i) => i % 128 === 17 ? 1000 : 0.001 * (i % 7 - 3),
  "largest floats": (random) => (random.integer(2) === 0 ? -1 : 1) * 3.4028234e38,
  denormals: (random) => (random.integer(21) - 10) * 2 ** -149,
  "small denormals and zeros": (random) => random.integer(2) * 2 ** -149,
  "ties of rounding": (random) => (random.integer(29) - 14) / 2,
  "ties of rounding, 8 bits": (random) => (random.integer(509) - 254) / 2,
  "far from zero": (random) => 1e6 + random.uniform(),
};

export const activations: Conformance[] = [
  {
    name: "activations: codes, scales, sums and zeros at odd sizes",
    async check(kernels) {
      const random = stream(1, "activations");
      for (const [tokens, columns] of [[1, 8], [3, 40], [2, 136], [7, 256], [67, 72], [9, 520]]) {
        for (const blockSize of [32, 64, 128] as const) {
          for (const scheme of ["symmetric", "minmax"] as const) {
            const bits = randomBits(random, columns!, blockSize);
            const format = { blockSize, bits, scheme };
            const x = normals(random, tokens! * columns!, 10 ** (random.integer(9) - 4));
            assertActivations(
              await kernels.quantizeActivations(x, tokens!, columns!, format),
              quantizeActivations(x, tokens!, columns!, format),
            );
          }
        }
      }
    },
  },
  {
    name: "activations: extremes",
    async check(kernels) {
      for (const [name, value] of Object.entries(HARD)) {
        const random = stream(1, "extremes", name);
        const x = Float32Array.from({ length: 3 * 264 }, (_, i) => value(random, i));
        for (const scheme of ["symmetric", "minmax"] as const) {
          const format = { blockSize: 64, bits: Uint8Array.of(4, 8, 4, 8, 8), scheme } as const;
          const expected = quantizeActivations(x, 3, 264, format);
          assertActivations(await kernels.quantizeActivations(x, 3, 264, format), expected);
          const limits = format.bits.map((bits) => bits === 4 ? 8 : 128);
          expected.codes.forEach((code, i) => {
            const limit = limits[Math.floor(i % expected.paddedColumns / 64)]!;
            assert(code >= -limit && code < limit, name);
          });
        }
      }
    },
  },
  {
    name: "activations: NaN and infinities are refused where they stand",
    async check(kernels) {
      const weights = quantizeWeights(normals(stream(1, "nan"), 8 * 128), 8, 128, 32);
      for (const value of [NaN, Infinity, -Infinity]) {
        for (const at of [0, 127, 128 + 31, 5 * 128 + 77]) {
          for (const scheme of ["symmetric", "minmax"] as const) {
            const format = { blockSize: 32, bits: Uint8Array.of(4, 8, 4, 8), scheme } as const;
            const x = new Float32Array(6 * 128).fill(1);
            x[at] = value;
            const place = `x[${Math.floor(at / 128)}][${
              at % 128
            }]: got ${value}, expected a finite`;
            await refuses(() => kernels.quantizeActivations(x, 6, 128, format), place);
            await refuses(() => kernels.linear(x, 6, format, weights), place);
          }
        }
      }
    },
  },
];
