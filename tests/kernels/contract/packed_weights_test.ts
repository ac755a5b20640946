/** Packed weights, quantised activations, and what cores say they cost. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { stream } from "offprint/random.ts";
import {
  type ActivationFormat,
  type BlockSize,
  type CoreName,
  describeCore,
  KernelError,
  openKernels,
  PackedWeights,
  PackedWeights8,
  QuantizedActivations,
  quantizeWeights,
  quantizeWeights8,
} from "kernels/mod.ts";

const random = stream(8, "weights");
const normals = (count: number) => Float32Array.from({ length: count }, () => random.normal());

Deno.test("weights: what is packed is found again, in the layout that is documented", () => {
  const rows = 11, columns = 72, blocks = 3;
  for (const width of [4, 8] as const) {
    const half = width === 4 ? 8 : 128;
    const codes = Int8Array.from(
      { length: rows * columns },
      () => random.integer(2 * half - 1) - half + 1,
    );
    const scales = normals(rows * blocks);
    const type = width === 4 ? PackedWeights : PackedWeights8;
    const weights = type.fromCodes({ rows, columns, blockSize: 32, codes, scales });
    assertEquals(weights.codes(), codes);
    assertEquals([weights.rowGroups, weights.blocks, weights.paddedColumns], [2, 3, 96]);
    for (let n = 0; n < rows; n++) {
      for (let b = 0; b < blocks; b++) {
        assertEquals(weights.scale(n, b), scales[n * blocks + b]);
        const block = codes.subarray(
          n * columns + 32 * b,
          n * columns + Math.min(32 * b + 32, columns),
        );
        const at = ((n >> 3) * blocks + b) * 8 + n % 8;
        assertEquals(weights.sums[at], block.reduce((sum, code) => sum + code, 0));
      }
    }
    const n = 9, j = 37, group = 1;
    if (weights.bits === 4) {
      const word = weights.words[(group * 12 + (j >> 3)) * 8 + n % 8]!;
      const nibble = 2 * (j & 3) + ((j & 7) >> 2);
      assertEquals((word >>> (4 * nibble)) & 15, codes[n * columns + j]! + 8);
    } else {
      const at = ((group * 24 + (j >> 2)) * 8 + n % 8) * 4 + (j & 3);
      assertEquals(weights.values[at], codes[n * columns + j]);
    }
  }
});

Deno.test("weights: at most 0.55 byte per weight at a block size of 128", () => {
  const weights = quantizeWeights(normals(64 * 1024), 64, 1024, 128);
  assertEquals(weights.bytes / (64 * 1024), 0.53125);
});

Deno.test("weights: rounding to nearest", () => {
  const w = normals(5 * 64);
  for (const [quantize, limit] of [[quantizeWeights, 7], [quantizeWeights8, 127]] as const) {
    const weights = quantize(w, 5, 64, 32);
    weights.codes().forEach((code, i) => {
      const scale = weights.scale(Math.floor(i / 64), Math.floor(i % 64 / 32));
      assert(Math.abs(code) <= limit);
      assertAlmostEquals(code * scale, w[i]!, scale / 2 * (1 + 1e-6));
    });
  }
});

Deno.test("weights: what cannot be packed is refused", () => {
  const codes = new Int8Array(8 * 32), scales = new Float32Array(8);
  const make =
    (changes: object, type: typeof PackedWeights | typeof PackedWeights8 = PackedWeights) => () =>
      type.fromCodes({ rows: 8, columns: 32, blockSize: 32, codes, scales, ...changes });
  const says = (call: () => unknown, words: string) => assertThrows(call, KernelError, words);
  says(make({ rows: 0 }), "rows: got 0");
  says(make({ columns: 36 }), "columns: got 36, expected a positive multiple of 8");
  says(make({ blockSize: 16 as BlockSize }), "blockSize: got 16, expected one of 32, 64, 128");
  says(
    make({ codes: new Int8Array(255) }),
    "codes: got Int8Array of 255, expected Int8Array of 256",
  );
  says(make({ codes: new Uint8Array(256) }), "codes: got Uint8Array of 256");
  says(make({ scales: new Float64Array(8) }), "scales: got Float64Array of 8");
  says(make({ scales: new Float32Array(8).fill(NaN) }), "scales[0][0]: got NaN");
  says(make({ codes: codes.with(40, 8) }), "codes[1][8]: got 8, expected a signed 4-bit code");
  says(
    make({ codes: codes.with(40, -128) }, PackedWeights8),
    "got -128, expected a code from -127",
  );
  says(
    () => quantizeWeights(new Float32Array(32).fill(Infinity), 1, 32, 32),
    "w[0][0]: got Infinity",
  );
  const { words } = quantizeWeights(normals(256), 8, 32, 32);
  const parts = { rows: 8, columns: 32, blockSize: 32 as const, scales };
  says(
    () => new PackedWeights({ ...parts, words: words.subarray(1) }),
    "words: got Uint32Array of 31, expected Uint32Array of 32, [groups 1][run 4][rows 8]",
  );
  says(
    () => new PackedWeights({ ...parts, rows: 1e6, columns: 8e6, words }),
    "weights: got rows 1000000 x columns 8000000, expected at most 2^31 - 1 elements",
  );
});

Deno.test("activations: codes computed elsewhere are taken or refused", () => {
  const format: ActivationFormat = { blockSize: 32, bits: Uint8Array.of(4, 8) };
  const codes = Int8Array.from({ length: 2 * 40 }, (_, i) => i % 40 < 32 ? i % 16 - 8 : 100);
  const scales = Float32Array.of(1, 2, 3, 4);
  const make = (changes: object) =>
    QuantizedActivations.fromCodes({ tokens: 2, columns: 40, format, codes, scales, ...changes });
  const made = make({});
  assertEquals([...made.sums], [-16, 800, -16, 800]);
  assertEquals([made.shareOf4, made.paddedColumns, made.codes.length], [0.5, 64, 128]);
  assertEquals(made.values()[79], 400);
  const says = (changes: object, words: string) =>
    assertThrows(() => make(changes), KernelError, words);
  says(
    { codes: codes.with(43, 8) },
    "codes[1][3]: got 8, expected a code from -8 to 7 in a block of 4",
  );
  says({ scales: scales.with(2, Infinity) }, "scales[1][0]: got Infinity");
  says(
    { format: { ...format, scheme: "minmax" } },
    "zeros: got nothing, expected Float32Array of 4",
  );
  says({ format: { ...format, scheme: "other" } }, "scheme: got other, expected one of symmetric,");
  says(
    { tokens: 3 },
    "codes: got Int8Array of 80, expected Int8Array of 120, [tokens 3][columns 40]",
  );
});

Deno.test("describe: bytes are what the arrays hold, operations what the loops do", async () => {
  const kernels = await openKernels({ backend: "reference" });
  const weights = quantizeWeights(normals(24 * 256), 24, 256, 64);
  const shape = { tokens: 5, rows: 24, columns: 256, blockSize: 64 } as const;
  const { bytes, operations } = kernels.describe("gemm", shape);
  const a = new QuantizedActivations(5, 256, { blockSize: 64, bits: new Uint8Array(4).fill(8) });
  assertEquals(
    bytes,
    weights.bytes + a.codes.byteLength + a.scales.byteLength + a.sums.byteLength + 4 * 5 * 24,
  );
  assertEquals(operations, 2 * 5 * 24 * 256);
  const eight = describeCore("gemm", { ...shape, weightBits: 8 }).bytes;
  assertEquals(eight - bytes, 24 * 256 / 2);
  const kv = { tokens: 1, context: 129, heads: 4, kvHeads: 2, headDim: 64, groupSize: 64 } as const;
  assertEquals(describeCore("kvAttend", kv).bytes, 2 * (2 * 4608 + 4 * 64) + 8 * 4 * 64);
  for (
    const core of ["quantizeActivations", "linear", "kvAppend", "forward", "forward32"].concat(
      ["warpedSoftmax", "sample", "verify"],
    )
  ) {
    const model = { texts: 1, width: 64, inner: 128, layers: 2 };
    const all = { ...shape, ...kv, ...model, rows: 3, vocabulary: 7, batch: 2, drafted: 3 };
    const told = describeCore(core as CoreName, all as never);
    assert(
      told.bytes > 0 && told.operations > 0 && told.computes.length > 10 && told.core === core,
    );
  }
});
