/** Whole forward passes on whatever adapter there is, and each step between the linear layers. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { stream } from "offprint/random.ts";
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
import { forward, forwardRounded } from "kernels/reference/forward.ts";
import { Gpu, hasPackedDot } from "kernels/webgpu/device.ts";
import { GpuForward } from "kernels/webgpu/forward.ts";
import { GpuKv } from "kernels/webgpu/kv4.ts";
import { openWebGpu } from "kernels/webgpu/mod.ts";
import { GpuProducts } from "kernels/webgpu/products.ts";
import { randomDecoder, type Shape } from "../conformance/random_decoder.ts";
import { TracedForward, TracedRoundings } from "./trace.ts";
import { testDevice } from "./adapter.ts";

/** How far logits may be from the reference's with the same codes, as a share of the norm of their row. */
const ROW = 2 ** -18;

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

/** Fails unless every row of `actual` is as near as two sets of roundings of a sum are. */
function assertRows(actual: Float32Array, expected: Float32Array, size: number, what: string) {
  assertEquals(actual.length, expected.length);
  for (let first = 0; first < expected.length; first += size) {
    let square = 0, norm = 0;
    for (let i = first; i < first + size; i++) {
      square += (actual[i]! - expected[i]!) ** 2;
      norm += expected[i]! ** 2;
    }
    const off = Math.sqrt(square / norm);
    assert(off <= ROW, `${what}: row ${first / size} is off by ${off} of its norm`);
  }
}

/** Shaders that a layer runs: four linear parts, and between them norms, angles, cache, attention and gate. */
const LAYER_DISPATCHES = 13;

const found = await testDevice("webgpu, forward");
if (found !== undefined) {
  const { device, name } = found;
  const gpu = new Gpu(device);
  const on = `webgpu on ${name}`;
  const cpu = () => openKernels({ backend: "reference" });
  const kernels = await openWebGpu(await cpu(), { device });

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

  /** Texts that grow on the GPU and in the reference, which takes the GPU's roundings: equal row by row. */
  class Compared {
    readonly #gpu: TracedForward;
    readonly #ours = new Texts();
    readonly #theirs = new Texts();

    constructor(options: { packedDot: boolean; mostBytes: number }) {
      this.#gpu = new TracedForward(gpu, options);
    }

    async extend(what: string, decoder: Decoder, tokens: number[][], asked?: Int32Array) {
      let roundings: TracedRoundings | undefined;
      const ours = await this.#ours.extend(
        async (...args) => {
          const { trace, ...result } = await this.#gpu.forward(...args);
          roundings = new TracedRoundings(trace);
          return result;
        },
        decoder,
        tokens,
        asked,
      );
      const theirs = await this.#theirs.extend(
        (decoder, pass, tokens, asked) =>
          Promise.resolve(forwardRounded(decoder, pass, tokens, asked, roundings!)),
        ...[decoder, tokens, asked] as const,
      );
      assertRows(ours.logits, theirs.logits, decoder.vocabulary, `${what}, logits`);
      assertRows(ours.hidden, theirs.hidden, decoder.width, `${what}, hidden`);
      return ours.logits;
    }
  }
  const whole = { packedDot: hasPackedDot(), mostBytes: 1 << 27 };
  const inPieces = { packedDot: false, mostBytes: 8192 };

  Deno.test(`${on}: forward is the reference's given the codes, and other codes are at ties`, async () => {
    for (const [kind, shape] of Object.entries(SHAPES)) {
      const random = stream(15, "decoder", kind);
      const decoder = randomDecoder(random, shape);
      const texts = [new Compared(whole)];
      if (shape === BASE) texts.push(new Compared(inPieces));
      for (const counts of [[1, 0, 0], [40, 1, 0], [1, 1, 1], [2, 30, 7]]) {
        const tokens = counts.map((count) =>
          Array.from({ length: count }, () => random.integer(shape.vocabulary))
        );
        for (const one of texts) await one.extend(kind, decoder, tokens);
      }
    }
  });

  Deno.test(`${on}: so it is however the tokens arrive, and for the rows that are asked for`, async () => {
    const random = stream(15, "arrival"), decoder = randomDecoder(random, BASE);
    const tokens = Array.from({ length: 45 }, () => random.integer(BASE.vocabulary));
    for (const lengths of [[45], [30, 1, 1, 5, 8]]) {
      const texts = new Compared(whole);
      let at = 0;
      for (const length of lengths) {
        await texts.extend(`${lengths}`, decoder, [tokens.slice(at, at += length), [], []]);
      }
    }
    const asked = (...rows: number[]) =>
      new Compared(whole).extend("asked", decoder, [tokens, [], []], Int32Array.from(rows));
    const three = await asked(44, 0, 44);
    assertEquals(three.length, 3 * BASE.vocabulary);
    assertEquals(three.slice(0, BASE.vocabulary), three.slice(2 * BASE.vocabulary));
    assertEquals((await asked()).length, 0);
  });

  Deno.test(`${on}: a pass in steady state makes no buffers and no bind groups`, async () => {
    const random = stream(15, "steady"), decoder = randomDecoder(random, BASE);
    const texts = new Texts();
    const step = (count: number) => {
      const tokens = Array.from({ length: count }, () => random.integer(BASE.vocabulary));
      return texts.extend(onGpu, decoder, [tokens, tokens, tokens]);
    };
    await step(20);
    await step(1);
    const made: string[] = [];
    const { createBuffer, createBindGroup } = device;
    device.createBuffer = (descriptor) => {
      made.push("buffer");
      return createBuffer.call(device, descriptor);
    };
    device.createBindGroup = (descriptor) => {
      made.push("bind group");
      return createBindGroup.call(device, descriptor);
    };
    try {
      for (let i = 0; i < 3; i++) await step(1);
    } finally {
      Object.assign(device, { createBuffer, createBindGroup });
    }
    assertEquals(made, []);
  });

  Deno.test(`${on}: a pass is one submission, as many dispatches for any tokens, and only logits and hidden states come back`, async () => {
    const forwardOf = async (layers: number) => {
      const counted = new Gpu(device);
      const products = new GpuProducts(counted, whole);
      const pass = new GpuForward(products, new GpuKv(counted, 1 << 27));
      const decoder = randomDecoder(stream(15, "traffic"), { ...BASE, layers });
      const cache = new KvCache({ ...CACHE, layers });
      const text = cache.open();
      const step = async (count: number) => {
        const before = { ...counted.traffic };
        const under = cache.begin([{ text, tokens: count }]);
        await pass.forward(decoder, under, new Int32Array(count));
        under.commit();
        const { submissions, dispatches, bytesTo, bytesFrom } = counted.traffic;
        return {
          submissions: submissions - before.submissions,
          dispatches: dispatches - before.dispatches,
          bytesTo: bytesTo - before.bytesTo,
          bytesFrom: bytesFrom - before.bytesFrom,
        };
      };
      return [await step(1), await step(1), await step(7)];
    };
    const [two, three] = [await forwardOf(2), await forwardOf(3)];
    const back = 4 * (BASE.vocabulary + BASE.width);
    for (const passes of [two, three]) {
      assertEquals(passes.map(({ submissions }) => submissions), [1, 1, 1]);
      assertEquals(passes[1]!.dispatches, passes[0]!.dispatches);
      assertEquals(passes[2]!.dispatches, passes[0]!.dispatches);
      // Beside the rows only where each step has refused a number.
      assertEquals(passes[2]!.bytesFrom - passes[1]!.bytesFrom, 6 * back);
      assert(passes[1]!.bytesTo < 32 * 1024, "no activations are sent");
    }
    assertEquals(three[0]!.dispatches - two[0]!.dispatches, LAYER_DISPATCHES);
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
}
