/**
 * Golden integers, worked out by hand from COMET's formats: what the reference must compute to the last bit.
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { stream } from "offprint/random.ts";
import { KvCache, PackedWeights, QuantizedActivations } from "kernels/mod.ts";
import { quantizeActivations } from "kernels/reference/activations.ts";
import { packFrag, unpackFrag } from "kernels/reference/frag.ts";
import { gemm, linear } from "kernels/reference/gemm.ts";
import { kvAppend, kvAttend } from "kernels/reference/kv4.ts";
import { channelRange } from "kernels/reference/kv4_records.ts";
import {
  biased,
  highBytes,
  lowBytes,
  P32_ORDER,
  packNibbles,
  packP32,
  signedBytes,
  SWITCHED_ORDER,
  unpackNibbles,
  unpackP32,
} from "kernels/contract/p32.ts";
import { quantizeWeights } from "kernels/reference/weights.ts";

const SEQUENTIAL = [0, 1, 2, 3, 4, 5, 6, 7];
const w = [6, -2, 2, -7, 1, -8, 7, -1];
const a = [100, -128, 127, 3, -45, 77, -1, 12];

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

function randomCodes(random: { integer(bound: number): number }, count: number, half = 8) {
  return Int8Array.from({ length: count }, () => random.integer(2 * half) - half);
}

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

Deno.test("switched nibbles give the right bytes, sequential ones do not", () => {
  const four = w.slice(0, 4);
  assertEquals(packNibbles(four, [0, 1, 2, 3]), 0x92E6);
  assertEquals(packNibbles(four, SWITCHED_ORDER), 0x9E26);
  const bytes = (word: number) => [...signedBytes(word)].slice(0, 2);
  assertEquals(lowBytes(0x9E26) & 0xFFFF, 0xE060);
  assertEquals(bytes(lowBytes(0x9E26)), [96, -32]);
  assertEquals(highBytes(0x9E26), 0x9020);
  assertEquals(bytes(highBytes(0x9E26)), [32, -112]);
  assertEquals(bytes(lowBytes(0x92E6)), [96, 32]);
  assertEquals(bytes(highBytes(0x92E6)), [-32, -112]);
});

Deno.test("a P32 word and its two widened halves", () => {
  const word = packNibbles(w, P32_ORDER);
  assertEquals(word, 0xF9728E16);
  assertEquals(lowBytes(word), 0x9020E060);
  assertEquals([...signedBytes(lowBytes(word))], [96, -32, 32, -112]);
  assertEquals(highBytes(word), 0xF0708010);
  assertEquals([...signedBytes(highBytes(word))], [16, -128, 112, -16]);
  assertEquals(packNibbles(w, SEQUENTIAL), 0xF78192E6);
  assertEquals([...unpackNibbles(word, P32_ORDER)], w);
});

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

Deno.test("all sixteen nibbles widen to 16 times their signed value", () => {
  for (let n = 0; n < 16; n++) {
    assertEquals(signedBytes((n << 4) & 0xF0)[0], 16 * (n << 28 >> 28));
  }
});

Deno.test("FRAG words are tensor-core operands as they stand", () => {
  const random = stream(5, "T7");
  const codes = randomCodes(random, 8 * 128);
  const words = packFrag(codes, 8, 128);
  assertEquals([...unpackFrag(words, 8, 128)], [...codes]);
  const x = randomCodes(random, 128), x8 = randomCodes(random, 128, 128);
  for (let g = 0; g < 8; g++) {
    let int8 = 0, int4 = 0;
    for (let t = 0; t < 4; t++) {
      for (let j = 0; j < 4; j++) {
        const word = words[(4 * g + t) * 4 + j]!;
        // m16n8k32.s8 at step j: the first register meets k = 4t + i, the second k = 16 + 4t + i
        const first = signedBytes(lowBytes(word)), second = signedBytes(highBytes(word));
        for (let i = 0; i < 4; i++) {
          int8 += first[i]! * x8[32 * j + 4 * t + i]! + second[i]! * x8[32 * j + 16 + 4 * t + i]!;
        }
        // m16n8k64.s4: nibble by nibble against activations packed in the order 0, 16, 1, 17, ...
        for (let nibble = 0; nibble < 8; nibble++) {
          const k = 32 * j + 4 * t + 16 * (nibble & 1) + (nibble >> 1);
          int4 += (word << (28 - 4 * nibble) >> 28) * x[k]!;
        }
      }
    }
    const row = codes.subarray(128 * g, 128 * (g + 1));
    assertEquals(int8, 16 * dot(row, x8));
    assertEquals(int4, dot(row, x));
  }
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
const X = [[0.88, -0.4, 0.2, 1.4, 30, -12, 0.5, 6], [-1, 0.7, 0.1, -0.6, -24, 18, -1.5, 3]];
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

Deno.test("one 4-bit scale per token zeroes every normal channel", () => {
  const codes = X.flatMap((row) => {
    const scale = Math.fround(Math.max(...row.map(Math.abs)) / 7);
    return row.map((value) => Math.floor(value / scale + 0.5) + 0);
  });
  assertEquals(codes, [0, 0, 0, 0, 7, -3, 0, 1, 0, 0, 0, 0, -7, 5, 0, 1]);
});

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

Deno.test("one channel of KV4", () => {
  const { scale, zero, codes } = channelRange([0.10, -0.50, 1.25, 0.40]);
  assertAlmostEquals(scale, 0.1166667, 0.1166667 * 2 ** -11); // kept as a 16-bit float
  assertEquals([zero, ...codes], [4, 5, 0, 15, 7]);
  [0.116667, -0.466667, 1.283333, 0.35].forEach((value, i) =>
    assertAlmostEquals((codes[i]! - zero) * scale, value, 1e-3)
  );
});

Deno.test("folding the scales into the query gives the same scores", () => {
  const channels = [[0.10, -0.50, 1.25, 0.40], [2.0, 1.0, -1.0, 0.46]].map(channelRange);
  assertEquals([channels[1]!.zero, ...channels[1]!.codes], [5, 15, 10, 0, 7]);
  const q = [2, -1];
  const folded = channels.map(({ scale }, c) => q[c]! * scale);
  const constant = channels.reduce((sum, { zero }, c) => sum + folded[c]! * zero, 0);
  assertAlmostEquals(folded[0]!, 0.2333333, 2e-4);
  assertAlmostEquals(constant, -0.0666667, 1e-3);
  [-1.766667, -1.933333, 3.566667, 0.3].forEach((score, t) => {
    const codes = channels.reduce((sum, { codes }, c) => sum + folded[c]! * codes[t]!, 0);
    const plain = channels.reduce(
      (sum, { codes, zero, scale }, c) => sum + q[c]! * (codes[t]! - zero) * scale,
      0,
    );
    assertAlmostEquals(codes - constant, score, 5e-3);
    assertAlmostEquals(codes - constant, plain, 1e-12);
  });
});

Deno.test("attention over a packed group is attention over what the codes stand for", () => {
  const G = 32, d = 8;
  const random = stream(5, "T17");
  const cache = new KvCache({ layers: 1, kvHeads: 1, headDim: d, groupSize: G });
  const text = cache.open();
  const normal = (n: number) =>
    Float32Array.from({ length: n }, () => Math.f16round(random.normal()));
  const k = normal(G * d), v = normal(G * d);
  const fill = cache.begin([{ text, tokens: G }]);
  kvAppend(fill, 0, k, v);
  fill.commit();
  const step = cache.begin([{ text, tokens: 1 }]);
  const k1 = normal(d), v1 = normal(d), q = normal(d);
  kvAppend(step, 0, k1, v1);
  const out = kvAttend(step, 0, q, 1);

  const column = (of: Float32Array, c: number) =>
    Array.from({ length: G }, (_, t) => of[t * d + c]!);
  const widen = (of: Float32Array, c: number) => {
    const { scale, zero, codes } = channelRange(column(of, c));
    return codes.map((code) => (code - zero) * scale);
  };
  const keys = Array.from({ length: d }, (_, c) => [...widen(k, c), k1[c]!]);
  const values = Array.from({ length: d }, (_, c) => [...widen(v, c), v1[c]!]);
  const scores = keys[0]!.map((_, t) => keys.reduce((sum, key, c) => sum + q[c]! * key[t]!, 0));
  const weights = scores.map((score) => Math.exp(score / Math.sqrt(d)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let c = 0; c < d; c++) {
    assertAlmostEquals(out[c]!, dot(weights, values[c]!) / total, 2e-6);
  }
});

Deno.test("from P32 to codes to FRAG to codes", () => {
  const codes = randomCodes(stream(5, "T18"), 16 * 256);
  const p32 = packP32(codes, 16, 256);
  const unpacked = unpackP32(p32, 16, 256);
  const frag = packFrag(unpacked, 16, 256);
  assertEquals([...unpackFrag(frag, 16, 256)], [...codes]);
  assertEquals([p32.byteLength, frag.byteLength], [16 * 256 / 2, 16 * 256 / 2]);
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
