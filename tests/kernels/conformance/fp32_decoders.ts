/** Forward passes in 32-bit floats: logits and hidden states bit for bit, however the texts arrive. */
import { assertEquals } from "@std/assert";
import { stream } from "offprint/random.ts";
import { Fp32Decoder, type Fp32DecoderParts, Fp32Text } from "kernels/mod.ts";
import { forward32 } from "kernels/reference/fp32_forward.ts";
import { assertSame, type Conformance, refuses } from "./checking.ts";

/** Heads that share keys by one, two, three and five; heads, widths and vocabularies that fill no panel. */
const SHAPES = {
  "one head of 8": {
    heads: 1,
    kvHeads: 1,
    headDim: 8,
    width: 8,
    inner: 16,
    vocabulary: 5,
    layers: 1,
  },
  "pairs of 24": {
    heads: 4,
    kvHeads: 2,
    headDim: 24,
    width: 96,
    inner: 72,
    vocabulary: 61,
    layers: 2,
  },
  "threes of 64": {
    heads: 3,
    kvHeads: 1,
    headDim: 64,
    width: 200,
    inner: 136,
    vocabulary: 150,
    layers: 1,
  },
  "fives of 40": {
    heads: 10,
    kvHeads: 2,
    headDim: 40,
    width: 64,
    inner: 256,
    vocabulary: 33,
    layers: 2,
  },
};
type Shape = (typeof SHAPES)["one head of 8"];
const POSITIONS = 150;

function randomParts(name: string, shape: Shape): Fp32DecoderParts {
  const random = stream(7, "fp32", name);
  const { heads, kvHeads, headDim, width, inner, vocabulary } = shape;
  const matrix = (rows: number, columns: number) =>
    Float32Array.from({ length: rows * columns }, () => random.normal() / Math.sqrt(columns));
  const gain = () => Float32Array.from({ length: width }, () => 1 + 0.3 * random.normal());
  const angles = Float32Array.from(
    { length: POSITIONS * headDim / 2 },
    (_, i) => Math.floor(i / (headDim / 2)) * 10 ** (-4 * (i % (headDim / 2)) / headDim),
  );
  const [queries, keys] = [heads * headDim, kvHeads * headDim];
  return {
    ...{ heads, kvHeads, headDim, epsilon: 1e-5, finalNorm: gain() },
    embedding: matrix(vocabulary, width).map((value) => 10 * value),
    head: matrix(vocabulary, width).map((value) => 3 * value),
    cos: angles.map(Math.cos),
    sin: angles.map(Math.sin),
    layers: Array.from({ length: shape.layers }, () => ({
      ...{ attentionNorm: gain(), mlpNorm: gain() },
      // Sharp attention: scores of some size.
      q: matrix(queries, width).map((value) => 3 * value),
      k: matrix(keys, width),
      v: matrix(keys, width),
      o: matrix(width, queries),
      gate: matrix(inner, width),
      up: matrix(inner, width),
      down: matrix(width, inner),
    })),
  };
}

export const fp32Decoders: Conformance[] = [
  {
    name: "forward32: decoders of every shape, token by token, in leaps and in batches",
    async check(kernels) {
      for (const [name, shape] of Object.entries(SHAPES)) {
        const decoder = new Fp32Decoder(randomParts(name, shape));
        const random = stream(8, "fp32 tokens", name);
        const open = () => Array.from({ length: 3 }, () => new Fp32Text(decoder));
        const [ours, theirs] = [open(), open()];
        for (const counts of [[1, 0, 0], [40, 1, 0], [1, 1, 1], [2, 70, 7], [5, 3, 4], [1, 1, 1]]) {
          const tokens = counts.map((count) =>
            Array.from({ length: count }, () => random.integer(shape.vocabulary))
          );
          const extensions = (texts: Fp32Text[]) =>
            texts.map((text, i) => ({ text, tokens: tokens[i]! }))
              .filter(({ tokens }) => tokens.length > 0);
          const lastOnly = counts[2] === 7;
          const result = await kernels.forward32(decoder, extensions(ours), lastOnly);
          const expected = forward32(decoder, extensions(theirs), lastOnly);
          assertSame(result.logits, expected.logits, `${name} + ${counts}: logits`);
          assertSame(result.hidden, expected.hidden, `${name} + ${counts}: hidden`);
          assertEquals(ours.map(({ length }) => length), theirs.map(({ length }) => length));
          // Back, so that what was there is written over.
          for (const texts of [ours, theirs]) texts[0]!.truncate(Math.max(1, texts[0]!.length - 2));
        }
        const [fork, other] = [ours[0]!.fork(), theirs[0]!.fork()];
        const next = [{ text: ours[0]!, tokens: [0] }, { text: fork, tokens: [1] }];
        const result = await kernels.forward32(decoder, next);
        const expected = forward32(decoder, [
          { text: theirs[0]!, tokens: [0] },
          { text: other, tokens: [1] },
        ]);
        assertSame(result.logits, expected.logits, `${name}: a branch`);
      }
    },
  },
  {
    name: "forward32: what does not fit is refused, and texts stay as they were",
    async check(kernels) {
      const parts = randomParts("refused", SHAPES["one head of 8"]);
      const decoder = new Fp32Decoder(parts), text = new Fp32Text(decoder);
      await kernels.forward32(decoder, [{ text, tokens: [1] }]);
      const run = (tokens: number[], other = decoder) => () =>
        kernels.forward32(other, [{ text, tokens }]);
      await refuses(run([2, 5]), "token of text 0: got 5, expected a whole number below 5");
      await refuses(run([]), "tokens of text 0: got 0, expected at least one");
      await refuses(run(new Array(150).fill(1)), "got 151, expected at most 150 tokens");
      await refuses(run([1], new Fp32Decoder(parts)), "decoder of text 0: got another");
      // There is room for whole panels of tokens, and for no more positions than the decoder has.
      const long = new Fp32Text(decoder);
      await kernels.forward32(decoder, [{ text: long, tokens: new Array(150).fill(1) }]);
      assertEquals([long.length, long.capacity], [150, 160]);
      const beyond = () => kernels.forward32(decoder, [{ text: long, tokens: [1] }]);
      await refuses(beyond, "got 151, expected at most 150 tokens");
      assertEquals(long.length, 150);
      const twice = [{ text, tokens: [1] }, { text, tokens: [2] }];
      await refuses(
        () => kernels.forward32(decoder, twice),
        "place of text 1: got twice in a pass",
      );
      await refuses(() => kernels.forward32(decoder, []), "forward32: texts: got 0");
      assertEquals(text.length, 1);
      const wrong = (change: Partial<Fp32DecoderParts>) => async () => {
        await Promise.resolve();
        return new Fp32Decoder({ ...parts, ...change });
      };
      await refuses(wrong({ headDim: 12 }), "headDim: got 12, expected a multiple of 8");
      await refuses(wrong({ head: new Float32Array(8) }), "decoder: head: got Float32Array of 8");
      await refuses(wrong({ heads: 2 }), "decoder: layers[0].q: got Float32Array of 64");
    },
  },
];
