/** Whole forward passes: logits and hidden states bit for bit, however the texts arrive. */
import { assert, assertEquals } from "@std/assert";
import { stream } from "offprint/random.ts";
import {
  Decoder,
  type DecoderLinear,
  type DecoderParts,
  type GroupSize,
  type Kernels,
  KvCache,
} from "kernels/mod.ts";
import { forward } from "kernels/reference/forward.ts";
import { assertSame, type Conformance, refuses } from "./checking.ts";
import { randomDecoder, randomParts, type Shape, SHAPES, TINY } from "./random_decoder.ts";

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
