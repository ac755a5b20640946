/** Whole forward passes on whatever adapter there is, and each step between the linear layers. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Random, stream } from "offprint/random.ts";
import {
  Decoder,
  type DecoderLinear,
  type DecoderParts,
  type ForwardResult,
  KernelError,
  type Kernels,
  KvCache,
  type KvText,
  openKernels,
} from "kernels/mod.ts";
import { gated, halfProduct, rmsNorm, rotateHeads } from "kernels/reference/decoder_parts.ts";
import { forward } from "kernels/reference/forward.ts";
import {
  embedShader,
  halfProductShader,
  normShader,
  rotateShader,
} from "kernels/webgpu/decoder_shaders.ts";
import { Gpu, requestDevice, WebGpuUnavailable } from "kernels/webgpu/device.ts";
import { gridOf } from "kernels/webgpu/kv4.ts";
import { openWebGpu } from "kernels/webgpu/mod.ts";
import { GpuProducts } from "kernels/webgpu/products.ts";
import { NONE, type Submission, submit } from "kernels/webgpu/submission.ts";
import { randomDecoder, type Shape } from "./conformance/random_decoder.ts";
import { assertDefaultLimits } from "./webgpu_limits.ts";

/** How far a step between linear layers may be from the reference, as a share of the sizes of its terms. */
const STEP = 2 ** -20;
/** How far most rows of logits may be from the reference, as a share of the row's norm. */
const MOST_ROWS = 2 ** -18;
/**
 * A row in which a rounding falls on the other side of a tie (a code, a 16-bit key) is off by a step of
 * quantisation: so much of the row's norm at most, and at most one row in ten.
 */
const A_ROW = 0.1, SHARE = 0.1;

const CACHE = { layers: 2, kvHeads: 2, headDim: 16, groupSize: 32 } as const;
const BASE: Shape = {
  ...CACHE,
  heads: 4,
  width: 64,
  inner: 96,
  vocabulary: 51,
  blockSize: 32,
};
const SHAPES: Readonly<Record<string, Shape>> = {
  "tied head": BASE,
  "orders, min-max, 8-bit weights, 4-bit head": {
    ...BASE,
    width: 40,
    inner: 72,
    head: 4,
    ordered: true,
    weightBits: 8,
    scheme: "minmax",
  },
  "orders, blocks of 128, 8-bit head": {
    ...BASE,
    width: 136,
    inner: 136,
    head: 8,
    ordered: true,
    blockSize: 128,
  },
};

function normals(random: Random, count: number, size = 1): Float32Array {
  return Float32Array.from({ length: count }, () => size * random.normal());
}

/** Distances of rows of logits, each as a share of the row's norm. */
function distances(actual: Float32Array, expected: Float32Array, row: number): number[] {
  assertEquals(actual.length, expected.length);
  return Array.from({ length: expected.length / row }, (_, r) => {
    let square = 0, norm = 0;
    for (let i = r * row; i < (r + 1) * row; i++) {
      square += (actual[i]! - expected[i]!) ** 2;
      norm += expected[i]! ** 2;
    }
    return Math.sqrt(square / norm);
  });
}

/** Fails unless rows are as near as two sets of roundings are. */
function assertRows(all: number[], what: string): void {
  const off = all.filter((distance) => !(distance <= MOST_ROWS));
  assert(off.length <= SHARE * all.length, `${what}: ${off.length} of ${all.length} rows are off`);
  for (const distance of off) assert(distance <= A_ROW, `${what}: a row is off by ${distance}`);
}

const found = await requestDevice().catch((error: Error) => error);
if (found instanceof WebGpuUnavailable) {
  Deno.test({ name: `webgpu, forward: skipped, ${found.message}`, ignore: true, fn() {} });
} else if (found instanceof Error) throw found;
else {
  const { device, name } = found;
  const gpu = new Gpu(device);
  const on = `webgpu on ${name}`;
  const cpu = () => openKernels({ backend: "reference" });
  const kernels = await openWebGpu(await cpu(), { device });
  const pieces = await openWebGpu(await cpu(), { device, packedDot: false, mostBytes: 8192 });

  /** Texts that grow on a backend. */
  class Texts {
    readonly cache = new KvCache(CACHE);
    readonly texts: KvText[] = [0, 1, 2].map(() => this.cache.open());

    async extend(
      run: Kernels["forward"],
      decoder: Decoder,
      tokens: number[][],
      asked?: Int32Array,
    ): Promise<ForwardResult> {
      const pass = this.cache.begin(
        this.texts.map((text, i) => ({ text, tokens: tokens[i]!.length }))
          .filter(({ tokens }) => tokens > 0),
      );
      const result = await run(decoder, pass, Int32Array.from(tokens.flat()), asked);
      pass.commit();
      return result;
    }
  }
  const onGpu: Kernels["forward"] = (...args) => kernels.forward(...args);
  const inPieces: Kernels["forward"] = (...args) => pieces.forward(...args);
  const exact: Kernels["forward"] = (...args) => Promise.resolve(forward(...args));

  Deno.test(`${on}: forward is the reference's, for decoders of every kind`, async () => {
    for (const [kind, shape] of Object.entries(SHAPES)) {
      const random = stream(15, "decoder", kind);
      const decoder = randomDecoder(random, shape);
      const [ours, theirs, small] = [new Texts(), new Texts(), new Texts()];
      const all: number[] = [], split: number[] = [];
      for (const counts of [[1, 0, 0], [40, 1, 0], [1, 1, 1], [2, 30, 7]]) {
        const tokens = counts.map((count) =>
          Array.from({ length: count }, () => random.integer(shape.vocabulary))
        );
        const expected = await theirs.extend(exact, decoder, tokens);
        const { logits, hidden } = await ours.extend(onGpu, decoder, tokens);
        all.push(...distances(logits, expected.logits, shape.vocabulary));
        all.push(...distances(hidden, expected.hidden, shape.width));
        if (shape !== BASE) continue;
        const cut = await small.extend(inPieces, decoder, tokens);
        split.push(...distances(cut.logits, expected.logits, shape.vocabulary));
      }
      assertRows(all, kind);
      assertRows(split, `${kind}, in pieces`);
    }
  });

  Deno.test(`${on}: logits depend on the tokens, not on how they arrive; rows come as asked`, async () => {
    const random = stream(15, "arrival"), decoder = randomDecoder(random, BASE);
    const tokens = Array.from({ length: 45 }, () => random.integer(BASE.vocabulary));
    const run = async (lengths: number[], asked?: Int32Array) => {
      const texts = new Texts(), logits: number[] = [];
      let at = 0;
      for (const length of lengths) {
        const given = [tokens.slice(at, at += length), [], []];
        logits.push(...(await texts.extend(onGpu, decoder, given, asked)).logits);
      }
      return Float32Array.from(logits);
    };
    const whole = await run([45]);
    assert(whole.some((value) => Math.abs(value) > 0.1));
    assertRows(distances(await run([30, 1, 1, 5, 8]), whole, BASE.vocabulary), "in pieces");
    const row = (i: number) => whole.slice(i * BASE.vocabulary, (i + 1) * BASE.vocabulary);
    const two = await run([45], Int32Array.of(44, 0, 44));
    const expected = Float32Array.of(...row(44), ...row(0), ...row(44));
    assertRows(distances(two, expected, BASE.vocabulary), "rows asked for");
    assertEquals((await run([45], new Int32Array(0))).length, 0);
  });

  Deno.test(`${on}: a pass in steady state makes no buffers`, async () => {
    const random = stream(15, "steady"), decoder = randomDecoder(random, BASE);
    const texts = new Texts();
    const step = (count: number) => {
      const tokens = Array.from({ length: count }, () => random.integer(BASE.vocabulary));
      return texts.extend(onGpu, decoder, [tokens, tokens, tokens]);
    };
    await step(20);
    await step(1);
    let made = 0;
    const create = device.createBuffer;
    device.createBuffer = (descriptor) => {
      made++;
      return create.call(device, descriptor);
    };
    try {
      for (let i = 0; i < 3; i++) await step(1);
    } finally {
      device.createBuffer = create;
    }
    assertEquals(made, 0);
  });

  Deno.test(`${on}: numbers that overflow are refused where they stand`, async () => {
    const broken = async (change: (parts: DecoderParts) => void, words: string, head?: 4) => {
      const shape: Shape = head === undefined ? BASE : { ...BASE, head };
      const whole = randomDecoder(stream(15, "broken"), shape);
      change(whole);
      const refusal = async (run: Kernels["forward"]) => {
        const texts = new Texts();
        const extend = () => texts.extend(run, whole, [[1, 2, 3], [], []]);
        const error = await assertRejects(extend, KernelError) as KernelError;
        assertEquals(texts.texts[0]!.length, 0);
        return error;
      };
      const error = await refusal(onGpu);
      assertStringIncludes(error.message, words);
      const exactly = (await refusal(async (...args) => await forward(...args))).parts.what;
      assertEquals(error.parts.what, exactly);
    };
    const scale = (linear: DecoderLinear, by: number, [first, last]: [number, number]) => {
      const { scales, blocks } = linear.weights;
      scales.forEach((value, i) => {
        const row = Math.floor(i / (8 * blocks)) * 8 + i % 8;
        if (row >= first && row < last) scales[i] = value * by;
      });
    };
    await broken(
      ({ layers }) => scale(layers[1]!.qkv, 1e6, [64, 80]),
      "forward: layer 1, kvAppend: k[0][0]: got a number that 16-bit floats do not hold",
    );
    await broken(
      ({ layers }) => scale(layers[0]!.qkv, 1e6, [98, 99]),
      "forward: layer 0, kvAppend: v[1][2]: got a number",
    );
    await broken(
      ({ layers }) => scale(layers[1]!.qkv, 3e38, [0, 16]),
      "forward: layer 1, kvAttend: q[0][0]: got NaN or an infinite number",
    );
    await broken(
      ({ layers }) => scale(layers[0]!.gateUp, 1e30, [0, 192]),
      "forward: layer 0, down: x[0][",
    );
    for (const head of [undefined, 4] as const) {
      await broken(
        ({ layers }) => {
          scale(layers[1]!.gateUp, 1e20, [96, 192]);
          scale(layers[1]!.down, 1e25, [0, 64]);
        },
        "forward: head: x[0][0]: got NaN or an infinite number, expected a finite number",
        head,
      );
    }
  });

  Deno.test(`${on}: arguments that do not fit are refused`, async () => {
    const decoder = randomDecoder(stream(15, "refused"), BASE);
    const cache = new KvCache(CACHE), text = cache.open();
    const begin = (tokens: number) => cache.begin([{ text, tokens }]);
    const refuses = (call: () => Promise<unknown>, words: string) =>
      assertRejects(call, KernelError, words);
    const two = Int32Array.of(1, 2);
    await refuses(() => kernels.forward(decoder, begin(3), two), "Int32Array of 3, [rows 3]");
    await refuses(
      () => kernels.forward(decoder, begin(2), Int32Array.of(1, 51)),
      "tokens[1]: got 51, expected a whole number from 0 to 50",
    );
    await refuses(
      () => kernels.forward(decoder, begin(2), two, Int32Array.of(2)),
      "asked[0]: got 2, expected a whole number from 0 to 1",
    );
    const onCpu = new KvCache(CACHE);
    const pass = onCpu.begin([{ text: onCpu.open(), tokens: 2 }]);
    forward(decoder, pass, two);
    await refuses(
      () => kernels.forward(decoder, pass, two),
      "forward: pass: got a cache whose contents are in the memory of the process",
    );
  });

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

Deno.test("webgpu, forward: shaders keep within the default limits of a device", () => {
  for (const shader of [embedShader, normShader, rotateShader, halfProductShader]) {
    assertDefaultLimits(shader());
  }
});
