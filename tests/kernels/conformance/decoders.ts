/** Whole forward passes: logits and hidden states bit for bit, however the texts arrive. */
import { assert, assertEquals } from "@std/assert";
import { type Random, stream } from "offprint/random.ts";
import {
  type ActivationScheme,
  type BlockSize,
  Decoder,
  type DecoderLinear,
  type DecoderParts,
  type GroupSize,
  type Kernels,
  KvCache,
  quantizeWeights,
  quantizeWeights8,
} from "kernels/mod.ts";
import { forward } from "kernels/reference/forward.ts";
import { assertSame, type Conformance, normals, randomBits, refuses } from "./checking.ts";

/** The sizes of a decoder to test with. */
export interface Shape {
  width: number;
  inner: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  vocabulary: number;
  blockSize: BlockSize;
  groupSize: GroupSize;
  head?: "halves" | 4 | 8;
  weightBits?: 4 | 8;
  ordered?: boolean;
  scheme?: ActivationScheme;
}

const POSITIONS = 140;

/** A decoder with random weights of about the size that training gives. */
export function randomDecoder(random: Random, shape: Shape): Decoder {
  return new Decoder(randomParts(random, shape));
}

function randomParts(random: Random, shape: Shape): DecoderParts {
  const { width, inner, heads, kvHeads, headDim, vocabulary, blockSize, scheme } = shape;
  const linear = (rows: number, columns: number, bits: 4 | 8): DecoderLinear => {
    const w = normals(random, rows * columns, 1 / Math.sqrt(columns));
    const order = Array.from({ length: columns }, (_, i) => i);
    if (shape.ordered) random.shuffle(order);
    const quantize = bits === 4 ? quantizeWeights : quantizeWeights8;
    return {
      weights: quantize(w, rows, columns, blockSize),
      format: {
        blockSize,
        bits: randomBits(random, columns, blockSize),
        ...(scheme === undefined ? {} : { scheme }),
      },
      ...(shape.ordered ? { order: Uint32Array.from(order) } : {}),
    };
  };
  const bits = shape.weightBits ?? 4;
  const gains = () => Float32Array.from({ length: width }, () => 1 + 0.3 * random.normal());
  const embedding = Float16Array.from(normals(random, vocabulary * width));
  const angle = (i: number) =>
    Math.floor(i / (headDim / 2)) * 100 ** (-2 * (i % (headDim / 2)) / headDim);
  const table = (f: (angle: number) => number) =>
    Float32Array.from({ length: POSITIONS * headDim / 2 }, (_, i) => f(angle(i)));
  return {
    heads,
    kvHeads,
    headDim,
    epsilon: 1e-5,
    embedding,
    finalNorm: gains(),
    head: typeof shape.head === "number" ? linear(vocabulary, width, shape.head) : embedding,
    cos: table(Math.cos),
    sin: table(Math.sin),
    layers: Array.from({ length: shape.layers }, () => ({
      attentionNorm: gains(),
      qkv: linear((heads + 2 * kvHeads) * headDim, width, bits),
      o: linear(width, heads * headDim, bits),
      mlpNorm: gains(),
      gateUp: linear(2 * inner, width, bits),
      down: linear(width, inner, bits),
    })),
  };
}

const TINY: Shape = {
  width: 32,
  inner: 64,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 16,
  vocabulary: 37,
  blockSize: 32,
  groupSize: 32,
};

/** One of each thing a decoder may have, at sizes that do not fit tiles. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  "tied head, shared KV head": TINY,
  "orders, quantised head, heads that leave a width of their own": {
    ...TINY,
    width: 40,
    inner: 72,
    heads: 3,
    kvHeads: 3,
    headDim: 24,
    vocabulary: 51,
    head: 4,
    ordered: true,
  },
  "8-bit weights, min-max, a block size of 64": {
    ...TINY,
    layers: 1,
    width: 72,
    heads: 4,
    kvHeads: 2,
    headDim: 8,
    blockSize: 64,
    weightBits: 8,
    head: 8,
    scheme: "minmax",
  },
  "orders with min-max, 128 columns to a block": {
    ...TINY,
    width: 136,
    inner: 136,
    headDim: 40,
    blockSize: 128,
    groupSize: 64,
    ordered: true,
    scheme: "minmax",
    head: 4,
  },
  "wide enough for several threads": {
    ...TINY,
    width: 128,
    inner: 256,
    layers: 1,
    heads: 4,
    kvHeads: 2,
    headDim: 32,
    vocabulary: 300,
    groupSize: 64,
    head: "halves",
  },
};

/** The same texts on two caches: one run by the backend, one by the reference. */
class Twin {
  readonly caches: [KvCache, KvCache];
  readonly texts: [ReturnType<KvCache["open"]>[], ReturnType<KvCache["open"]>[]];

  constructor(
    readonly decoder: Decoder,
    readonly kernels: Kernels,
    groupSize: GroupSize,
    texts: number,
  ) {
    const { kvHeads, headDim } = decoder;
    const shape = { layers: decoder.layers.length, kvHeads, headDim, groupSize };
    this.caches = [new KvCache(shape), new KvCache(shape)];
    const open = (cache: KvCache) => Array.from({ length: texts }, () => cache.open());
    this.texts = [open(this.caches[0]), open(this.caches[1])];
  }

  /** Extends the texts whose list of tokens is not empty. */
  async extend(tokens: number[][], what: string, asked?: Int32Array) {
    const begin = (which: 0 | 1) =>
      this.caches[which].begin(
        this.texts[which].map((text, i) => ({ text, tokens: tokens[i]!.length }))
          .filter(({ tokens }) => tokens > 0),
      );
    const ours = begin(0), theirs = begin(1), all = Int32Array.from(tokens.flat());
    const result = await this.kernels.forward(this.decoder, ours, all, asked);
    const expected = forward(this.decoder, theirs, all, asked);
    assertSame(result.logits, expected.logits, `${what}: logits`);
    assertSame(result.hidden, expected.hidden, `${what}: hidden`);
    ours.commit();
    theirs.commit();
    return result;
  }
}

export const decoders: Conformance[] = [
  {
    name: "forward: decoders of every kind, token by token, in leaps and in batches",
    async check(kernels) {
      for (const [name, shape] of Object.entries(SHAPES)) {
        const random = stream(5, "decoder", name);
        const decoder = randomDecoder(random, shape);
        const twin = new Twin(decoder, kernels, shape.groupSize, 3);
        const text = (count: number) =>
          Array.from({ length: count }, () => random.integer(shape.vocabulary));
        for (const counts of [[1, 0, 0], [40, 1, 0], [1, 1, 1], [2, 70, 7], [1, 1, 1]]) {
          await twin.extend(counts.map(text), `${name} + ${counts}`);
        }
      }
    },
  },
  {
    name: "forward: logits depend on the tokens alone, and rows come as they are asked for",
    async check(kernels) {
      const random = stream(5, "arrival"), decoder = randomDecoder(random, TINY);
      const tokens = Array.from({ length: 67 }, () => random.integer(TINY.vocabulary));
      const shape = { layers: 2, kvHeads: 1, headDim: 16, groupSize: 32 } as const;
      const cache = new KvCache(shape);
      const run = async (lengths: number[], asked?: (rows: number) => number[]) => {
        const text = cache.open(), logits: Float32Array[] = [];
        let at = 0;
        for (const length of lengths) {
          const pass = cache.begin([{ text, tokens: length }]);
          const given = Int32Array.from(tokens.slice(at, at += length));
          const rows = asked && Int32Array.from(asked(length));
          const result = await kernels.forward(decoder, pass, given, rows);
          logits.push(result.logits);
          assertEquals(result.hidden.length, (rows?.length ?? length) * decoder.width);
          pass.commit();
        }
        text.close();
        return Float32Array.from(logits.flatMap((array) => [...array]));
      };
      const whole = await run([67]);
      assert(whole.some((value) => Math.abs(value) > 0.1));
      assertSame(await run(new Array(67).fill(1)), whole, "one by one");
      assertSame(await run([30, 5, 32]), whole, "in pieces");
      const last = whole.subarray(66 * TINY.vocabulary), first = whole.subarray(0, TINY.vocabulary);
      assertSame(
        await run([67], (rows) => [rows - 1, 0]),
        Float32Array.of(...last, ...first),
        "two",
      );
      assertEquals((await run([67], () => [])).length, 0);
    },
  },
  {
    name: "forward: numbers that overflow are refused where they stand",
    async check(kernels) {
      const shape: Shape = { ...TINY, head: 4 };
      const broken = async (change: (parts: DecoderParts) => void, words: string) => {
        const parts = randomParts(stream(5, "broken"), shape);
        change(parts);
        const decoder = new Decoder(parts);
        const cache = new KvCache({ layers: 2, kvHeads: 1, headDim: 16, groupSize: 32 });
        const text = cache.open();
        const run = (core: typeof forward | Kernels["forward"], words: string) =>
          refuses(
            async () =>
              await core(decoder, cache.begin([{ text, tokens: 3 }]), Int32Array.of(1, 2, 3)),
            words,
          );
        await run(forward, words);
        await run((...args) => kernels.forward(...args), words);
        assertEquals(text.length, 0);
      };
      const scale = (linear: DecoderLinear, by: number, rows: [number, number]) => {
        const { scales, blocks } = linear.weights;
        scales.forEach((value, i) => {
          const row = Math.floor(i / (8 * blocks)) * 8 + i % 8;
          if (row >= rows[0] && row < rows[1]) scales[i] = value * by;
        });
      };
      await broken(
        ({ layers }) => scale(layers[1]!.qkv, 1e6, [32, 48]),
        "forward: layer 1, kvAppend: k[0][0]: got ",
      );
      await broken(
        ({ layers }) => scale(layers[0]!.qkv, 1e6, [50, 51]),
        "forward: layer 0, kvAppend: v[0][2]: got ",
      );
      await broken(
        ({ layers }) => scale(layers[1]!.qkv, 3e38, [0, 32]),
        "forward: layer 1, kvAttend: ",
      );
      await broken(
        ({ layers }) => {
          scale(layers[1]!.gateUp, 1e20, [64, 128]);
          scale(layers[1]!.down, 1e25, [0, 32]);
        },
        "forward: head: x[0][0]: got NaN, expected a finite number",
      );
      await broken(
        ({ layers }) => scale(layers[0]!.gateUp, 1e30, [0, 128]),
        "forward: layer 0, down: x[",
      );
    },
  },
  {
    name: "forward: arguments that do not fit are refused",
    async check(kernels) {
      const decoder = randomDecoder(stream(5, "refused"), TINY);
      const shape = { layers: 2, kvHeads: 1, headDim: 16, groupSize: 32 } as const;
      const cache = new KvCache(shape), text = cache.open();
      const begin = (tokens: number) => cache.begin([{ text, tokens }]);
      const two = Int32Array.of(1, 2);
      await refuses(() => kernels.forward(decoder, begin(3), two), "Int32Array of 3, [rows 3]");
      await refuses(
        () => kernels.forward(decoder, begin(2), Int32Array.of(1, 37)),
        "tokens[1]: got 37, expected a whole number from 0 to 36",
      );
      await refuses(
        () => kernels.forward(decoder, begin(2), two, Int32Array.of(2)),
        "asked[0]: got 2, expected a whole number from 0 to 1",
      );
      await refuses(
        () => kernels.forward(decoder, begin(141), new Int32Array(141)),
        "got a text of 141 tokens, expected at most 140",
      );
      const other = new KvCache({ ...shape, headDim: 8 });
      const foreign = other.begin([{ text: other.open(), tokens: 2 }]);
      await refuses(() => kernels.forward(decoder, foreign, two), "1 KV heads of 8, expected 2");
      const old = begin(2);
      begin(2);
      await refuses(() => kernels.forward(decoder, old, two), "whose texts have changed");
    },
  },
];
