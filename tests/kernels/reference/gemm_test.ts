/** Golden integers, worked out by hand from COMET's formats: products to the last bit. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { stream } from "offprint/random.ts";
import { PackedWeights, QuantizedActivations } from "kernels/mod.ts";
import { quantizeActivations } from "kernels/reference/activations.ts";
import { gemm, linear } from "kernels/reference/gemm.ts";
import {
  biased,
  highBytes,
  lowBytes,
  P32_ORDER,
  packNibbles,
  signedBytes,
} from "kernels/contract/p32.ts";
import { quantizeWeights } from "kernels/reference/weights.ts";
import { a, dot, w, X } from "./golden_numbers.ts";

Deno.test("products with widened codes are 16 times the products", () => {
  const word = packNibbles(w, P32_ORDER);
  const widened = [...signedBytes(lowBytes(word)), ...signedBytes(highBytes(word))];
  assertEquals(dot(a, w), 409);
  assertEquals(dot(a, widened), 6544);
});

Deno.test("both sides widened: 256 times", () => {
  const a4 = [3, -8, 7, -1, 5, -4, 0, 2];
  const words = [packNibbles(a4, P32_ORDER), packNibbles(w, P32_ORDER)];
  assertEquals(words[0], 0x2F07C853);
  assertEquals(dot(a4, w), 90);
  const [x, y] = words.map((word) => [
    ...signedBytes(lowBytes(word)),
    ...signedBytes(highBytes(word)),
  ]);
  assertEquals(dot(x!, y!), 23040);
});

Deno.test("biased codes and their correction", () => {
  const u = w.map((code) => code + 8);
  assertEquals(u, [14, 6, 10, 1, 9, 0, 15, 7]);
  assertEquals(biased(packNibbles(w, P32_ORDER)), 0x71FA069E);
  assertEquals(packNibbles(u, P32_ORDER), 0x71FA069E);
  assertEquals(dot(u, a), 1569);
  assertEquals(1569 - 8 * 145, 409);
});

Deno.test("how many products 16 bits hold", () => {
  const pair8 = 2 * 15 * 128, pair4 = 2 * 15 * 8;
  assertEquals([pair8, pair4], [3840, 240]);
  assert(8 * pair8 <= 32767 && 9 * pair8 > 32767);
  assert(136 * pair4 <= 32767 && 137 * pair4 > 32767);
});

/** The rows of the mixed product, with its blocks of 4 at the start of blocks of 32. */
function spread(rows: number[][]): Float32Array {
  return Float32Array.from(
    rows.flatMap((row) =>
      Array.from({ length: 64 }, (_, j) => j % 32 < 4 ? row[4 * Math.floor(j / 32) + j % 32]! : 0)
    ),
  );
}

const W = [[0.5, -0.2, 0.35, 0.1, 0.06, -0.14, 0.02, 0.1], [
  -0.3,
  0.7,
  -0.06,
  0.26,
  -0.07,
  0.04,
  0.12,
  -0.16,
]];

Deno.test("a mixed product, number by number", () => {
  const x = spread(X);
  const weights = quantizeWeights(spread(W), 2, 64, 32);
  const q = quantizeActivations(x, 2, 64, { blockSize: 32, bits: Uint8Array.of(4, 8) });
  const first4 = (codes: Int8Array, from: number) => [...codes.subarray(from, from + 4)];
  assertEquals(first4(q.codes, 0), [4, -2, 1, 7]);
  assertEquals(first4(q.codes, 32), [127, -51, 2, 25]);
  assertEquals(first4(q.codes, 64), [-7, 5, 1, -4]);
  assertEquals(first4(q.codes, 96), [-127, 95, -8, 16]);
  [0.2, 0.2362205, 0.1428571, 0.1889764].forEach((scale, i) =>
    assertAlmostEquals(q.scales[i]!, scale, 1e-7)
  );
  const codes = weights.codes();
  assertEquals(first4(codes, 0), [7, -3, 5, 1]);
  assertEquals(first4(codes, 32), [3, -7, 1, 5]);
  assertEquals(first4(codes, 64), [-3, 7, -1, 3]);
  assertEquals(first4(codes, 96), [-3, 2, 5, -7]);
  [0.0714286, 0.02, 0.1, 0.0228571].forEach((scale, i) =>
    assertAlmostEquals(weights.scale(i >> 1, i & 1), scale, 1e-7)
  );
  assertEquals([0, 1].map((b) => blockAccumulators(q, weights, b)), [
    [46, -6, -63, 43],
    [865, -648, -974, 419],
  ]);
  const y = gemm(q, weights);
  [4.743757, -3.618763, -4.324117, 2.424139].forEach((expected, i) =>
    assertAlmostEquals(y[i]!, expected, 1e-6)
  );
});

/** Accumulators of one block through the product itself: all scales 1 there and 0 elsewhere. */
function blockAccumulators(q: QuantizedActivations, weights: PackedWeights, block: number) {
  const scales = q.scales.map((_, i) => i % q.blocks === block ? 1 : 0);
  const codes = new Int8Array(q.tokens * q.columns);
  for (let m = 0; m < q.tokens; m++) {
    const from = m * q.paddedColumns;
    codes.set(q.codes.subarray(from, from + q.columns), m * q.columns);
  }
  const { tokens, columns, format } = q;
  const plain = QuantizedActivations.fromCodes({ tokens, columns, format, codes, scales });
  const ones = new PackedWeights({
    rows: weights.rows,
    columns: weights.columns,
    blockSize: weights.blockSize,
    words: weights.words,
    scales: weights.scales.map((scale) => scale === 0 ? 0 : 1),
  });
  return [...gemm(plain, ones)];
}

Deno.test("the error of a product stays within the bound", () => {
  const random = stream(5, "T12");
  const M = 5, N = 11, K = 256, k = 64;
  for (let round = 0; round < 5; round++) {
    const x = Float32Array.from({ length: M * K }, () => random.normal() * 3);
    const weight = Float32Array.from({ length: N * K }, () => random.normal());
    const bits = Uint8Array.from({ length: K / k }, () => random.integer(2) === 0 ? 4 : 8);
    const q = quantizeActivations(x, M, K, { blockSize: k, bits });
    const packed = quantizeWeights(weight, N, K, k);
    const y = gemm(q, packed), codes = packed.codes();
    for (let m = 0; m < M; m++) {
      for (let n = 0; n < N; n++) {
        let exact = 0, bound = 1e-4; // float rounding
        for (let j = 0; j < K; j++) {
          const b = Math.floor(j / k), sW = packed.scale(n, b);
          exact += x[m * K + j]! * weight[n * K + j]!;
          bound += q.scales[m * q.blocks + b]! / 2 * Math.abs(codes[n * K + j]! * sW);
          bound += sW / 2 * Math.abs(x[m * K + j]!);
        }
        assert(Math.abs(y[m * N + n]! - exact) <= bound);
      }
    }
  }
});

Deno.test("what one outlier does to the other channels of its block", () => {
  const law = {
    4: { 1: [0.118, 0.16], 10: [0.395, 0.41], 30: [0.745, 0.73], 100: [0.929, 0.92] },
    8: { 1: [0.0065, 0], 10: [0.0225, 0], 30: [0.068, 0], 100: [0.226, 0] },
  } as const;
  const tokens = 4000;
  for (const bits of [4, 8] as const) {
    for (const R of [1, 10, 30, 100] as const) {
      const random = stream(14, "T14", R);
      const x = Float32Array.from(
        { length: tokens * 128 },
        (_, i) => random.normal() * (i % 128 === 0 ? R : 1),
      );
      const q = quantizeActivations(x, tokens, 128, { blockSize: 128, bits: Uint8Array.of(bits) });
      const values = q.values();
      let square = 0, norm = 0, zeros = 0;
      for (let i = 0; i < x.length; i++) {
        if (i % 128 === 0) continue;
        square += (values[i]! - x[i]!) ** 2;
        norm += x[i]! ** 2;
        if (q.codes[i] === 0) zeros++;
      }
      const [error, share] = law[bits][R];
      assertAlmostEquals(Math.sqrt(square / norm), error, 0.03 * error);
      if (bits === 4) assertAlmostEquals(zeros / (127 * tokens), share, 0.01);
    }
  }
});

Deno.test("linear is quantisation and product", () => {
  const random = stream(5, "linear");
  const x = Float32Array.from({ length: 3 * 96 }, () => random.normal());
  const weights = quantizeWeights(
    Float32Array.from({ length: 9 * 96 }, () => random.normal()),
    9,
    96,
    32,
  );
  const format = { blockSize: 32, bits: Uint8Array.of(4, 8, 4) } as const;
  assertEquals(
    [...linear(x, 3, format, weights)],
    [...gemm(quantizeActivations(x, 3, 96, format), weights)],
  );
});
