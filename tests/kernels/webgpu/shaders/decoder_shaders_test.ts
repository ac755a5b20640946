/** Each step between the linear layers of a forward pass, on whatever adapter there is. */
import { assert, assertEquals } from "@std/assert";
import { type Random, stream } from "offprint/random.ts";
import { gated, halfProduct, rmsNorm, rotateHeads } from "kernels/reference/decoder_parts.ts";
import {
  embedShader,
  halfProductShader,
  normShader,
  rotateShader,
} from "kernels/webgpu/shaders/decoder_shaders.ts";
import { Gpu } from "kernels/webgpu/device.ts";
import { gridOf } from "kernels/webgpu/kv4.ts";
import { GpuProducts } from "kernels/webgpu/products.ts";
import { NONE, type Submission, submit } from "kernels/webgpu/submission.ts";
import { assertDefaultLimits } from "../limits.ts";
import { testDevice } from "../adapter.ts";

/** How far a step between linear layers may be from the reference, as a share of the sizes of its terms. */
const STEP = 2 ** -20;

function normals(random: Random, count: number, size = 1): Float32Array {
  return Float32Array.from({ length: count }, () => size * random.normal());
}

const found = await testDevice("webgpu, steps");
if (found !== undefined) {
  const { device, name } = found;
  const gpu = new Gpu(device);
  const on = `webgpu on ${name}`;

  /** Runs steps of a pass on their own and returns what stands in a buffer then. */
  const results = async (encode: (work: Submission) => [GPUBuffer, number][]) => {
    const read = await submit(gpu, "steps", (work) => {
      for (const [buffer, count] of encode(work)) work.read(buffer, 4 * count);
    });
    return read.map((bytes) => new Float32Array(bytes));
  };
  const near = (
    actual: Float32Array,
    expected: Float32Array,
    size: (i: number) => number,
    what: string,
  ) => {
    assertEquals(actual.length, expected.length, what);
    expected.forEach((value, i) => {
      const error = Math.abs(actual[i]! - value);
      assert(error <= STEP * size(i), `${what}: [${i}] is ${actual[i]}, expected ${value}`);
    });
  };

  Deno.test(`${on}: embeddings and norms`, async () => {
    const random = stream(15, "norm"), width = 136, rows = 5;
    const embedding = Float16Array.from(
      { length: 7 * width },
      (_, i) => i % 5 === 0 ? (random.integer(9) - 4) * 2 ** -24 : 10 * random.normal(),
    );
    const tokens = Int32Array.of(6, 0, 3, 3, 5), gain = normals(random, width);
    const bits = new Uint16Array(embedding.buffer);
    const [embed, norm] = [
      await gpu.pipeline("embed", embedShader),
      await gpu.pipeline("norm", normShader),
    ];
    const epsilon = Float32Array.of(1e-5);
    const [x, y] = await results((work) => {
      const [x, y] = [work.room(4 * rows * width), work.room(4 * rows * width)];
      for (const [first, last] of [[0, 4], [4, 7]] as const) { // two parts of the matrix
        const part = work.lend(bits.slice(first * width, last * width));
        work.run(embed, [work.sizes(width, rows, first, last), work.lend(tokens), part, x], [rows]);
      }
      const sizes = work.sizes(width, 0, new Uint32Array(epsilon.buffer)[0]!);
      const list = work.lend(Uint32Array.of(4, 0, 1, 2, 3));
      const refused = work.lend(Uint32Array.of(NONE));
      work.run(norm, [sizes, x, list, work.lend(gain), y, refused], [rows]);
      return [[x, rows * width], [y, rows * width]];
    });
    const expected = Float32Array.from(
      x!,
      (_, i) => embedding[tokens[Math.floor(i / width)]! * width + i % width]!,
    );
    assertEquals(x, expected);
    const normed = [4, 0, 1, 2, 3].flatMap((row) => [
      ...rmsNorm(expected.subarray(row * width, (row + 1) * width), gain, epsilon[0]!),
    ]);
    near(y!, Float32Array.from(normed), (i) => Math.abs(normed[i]!), "norm");
  });

  Deno.test(`${on}: rotation`, async () => {
    const random = stream(15, "rotation");
    const [heads, kvHeads, headDim, rows] = [3, 1, 24, 4];
    const qkv = normals(random, rows * (heads + 2 * kvHeads) * headDim);
    const angles = Float32Array.from({ length: 9 * headDim / 2 }, () => 7 * random.uniform());
    const [cos, sin] = [angles.map(Math.cos), angles.map(Math.sin)];
    const positions = Uint32Array.of(8, 0, 3, 4);
    const rotate = await gpu.pipeline("rotate", rotateShader);
    const read = await results((work) => {
      const [q, k, v] = [heads, kvHeads, kvHeads].map((h) => work.room(4 * rows * h * headDim));
      work.run(
        rotate,
        [
          work.sizes(heads, kvHeads, headDim, 0),
          ...[qkv, positions, cos, sin].map((data) => work.lend(data)),
          ...[q!, k!, v!, work.lend(Uint32Array.of(NONE))],
        ],
        [Math.ceil((heads + 2 * kvHeads) * headDim / 128), rows],
      );
      return [q!, k!, v!].map((b, i) => [b, rows * [heads, kvHeads, kvHeads][i]! * headDim]);
    });
    [[0, heads], [heads, kvHeads], [heads + kvHeads, kvHeads]].forEach(([first, count], kind) => {
      const expected = [...positions].flatMap((position, row) => {
        const from = (row * (heads + 2 * kvHeads) + first!) * headDim;
        const part = qkv.slice(from, from + count! * headDim);
        const at = (of: Float32Array) =>
          of.subarray(position * headDim / 2, (position + 1) * headDim / 2);
        if (kind < 2) rotateHeads(part, headDim, at(cos), at(sin));
        return [...part];
      });
      near(read[kind]!, Float32Array.from(expected), () => 8, "qkv"[kind]!);
    });
  });

  Deno.test(`${on}: a head in 16-bit floats, and the gate before a quantised layer`, async () => {
    const random = stream(15, "head");
    const [width, vocabulary, rows] = [72, 37, 6];
    const w = Float16Array.from(normals(random, vocabulary * width));
    const x = normals(random, rows * width);
    const product = await gpu.pipeline("product with 16-bit floats", halfProductShader);
    const [y] = await results((work) => {
      const y = work.room(4 * rows * vocabulary);
      const sizes = work.sizes(width, rows, vocabulary, 0, vocabulary, 32768);
      const bits = work.lend(new Uint16Array(w.buffer));
      work.run(product, [sizes, bits, work.lend(x), y], gridOf(Math.ceil(rows / 4), vocabulary));
      return [[y, rows * vocabulary]];
    });
    const expected = new Float32Array(rows * vocabulary);
    for (let row = 0; row < rows; row++) {
      const into = expected.subarray(row * vocabulary, (row + 1) * vocabulary);
      halfProduct(w, x.subarray(row * width, (row + 1) * width), into);
    }
    near(y!, expected, () => 72 * 4, "head"); // 72 terms, few larger than 4

    // One number a block: its scale is then its size over 127, and tells what was gated.
    const inner = 64, products = new GpuProducts(gpu, { packedDot: false, mostBytes: 1 << 20 });
    const gateUp = new Float32Array(4 * inner);
    for (const [i, value] of [0.5, -30, 20, -0.01].entries()) {
      gateUp[2 * inner * Math.floor(i / 2) + 32 * (i % 2)] = value;
      gateUp[2 * inner * Math.floor(i / 2) + inner + 32 * (i % 2)] = 1.5;
    }
    const quantize = await products.quantizePipeline({ scheme: "symmetric", gated: true });
    const [scales] = await results((work) => {
      const refused = work.lend(Uint32Array.of(NONE));
      const format = { blockSize: 32, bits: Uint8Array.of(8, 8), scheme: "symmetric" } as const;
      const on = products.encodeQuantize(
        ...[work, quantize, work.lend(gateUp), 2, inner, format, refused, 0] as const,
      );
      return [[on.scales, 4]];
    });
    const gates = [0, 1].flatMap((row) =>
      [...gated(gateUp.subarray(2 * inner * row, 2 * inner * (row + 1)))].filter((_, i) =>
        i % 32 === 0
      )
    );
    // The exponential of a GPU is within 3 + 2 |x| units of the last of 24 places.
    const sizes = gates.map((value) => Math.abs(value) / 127);
    near(scales!, Float32Array.from(sizes), (i) => 5 * sizes[i]!, "gate");
  });
}

Deno.test("webgpu, steps: shaders keep within the default limits of a device", () => {
  for (const shader of [embedShader, normShader, rotateShader, halfProductShader]) {
    assertDefaultLimits(shader());
  }
});
