/**
 * ONNX Runtime's products as a second opinion: it proves that the models the benchmark compares with
 * hold the same weights, and that an independent implementation finds the same numbers.
 */
import { assert } from "@std/assert";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { stream } from "offprint/random.ts";
import { openKernels, PackedWeights } from "kernels/mod.ts";
import { matMulModel, matMulNBitsModel } from "../../../bench/kernels/onnx_matmul.ts";

const rows = 48, columns = 256, tokens = 5;
const random = stream(8, "peer");
const x = Float32Array.from({ length: tokens * columns }, () => random.normal());
const codes = Int8Array.from({ length: rows * columns }, () => random.integer(16) - 8);
const kernels = await openKernels();

/** What the model of an ONNX file computes. */
async function run(model: Uint8Array): Promise<Float32Array> {
  const session = await InferenceSession.create(model, { executionProviders: ["cpu"] });
  const { y } = await session.run({ x: new Tensor("float32", x, [tokens, columns]) });
  await session.release();
  return y!.data as Float32Array;
}

/** The relative size of a difference. */
function distance(a: Float32Array, b: Float32Array): number {
  let square = 0, norm = 0;
  for (let i = 0; i < a.length; i++) {
    square += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(square / norm);
}

for (const blockSize of [32, 128] as const) {
  Deno.test(`MatMul and MatMulNBits of ONNX Runtime agree with W4A8, blocks of ${blockSize}`, async () => {
    const blocks = columns / blockSize;
    const scales = Float32Array.from({ length: rows * blocks }, () => 0.01 + random.uniform());
    const weights = PackedWeights.fromCodes({ rows, columns, blockSize, codes, scales });
    const bits = new Uint8Array(blocks).fill(8);
    const ours = await kernels.linear(x, tokens, { blockSize, bits }, weights);

    const transposed = new Float32Array(columns * rows);
    for (let n = 0; n < rows; n++) {
      for (let j = 0; j < columns; j++) {
        transposed[j * rows + n] = codes[n * columns + j]! *
          scales[n * blocks + Math.floor(j / blockSize)]!;
      }
    }
    const pairs = Uint8Array.from(
      { length: codes.length / 2 },
      (_, i) => (codes[2 * i]! + 8) | (codes[2 * i + 1]! + 8) << 4,
    );
    const exact = await run(matMulModel(transposed, rows, columns));
    const nbits = await run(matMulNBitsModel(pairs, scales, rows, columns, blockSize));
    assert(distance(ours, exact) < 0.01, `${distance(ours, exact)}`); // 8-bit activations
    assert(distance(nbits, exact) < 0.01, `${distance(nbits, exact)}`);
  });
}
