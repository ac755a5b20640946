/** Decoders with random weights, one of each kind. */
import type { Random } from "offprint/random.ts";
import {
  type ActivationScheme,
  type BlockSize,
  Decoder,
  type DecoderLinear,
  type DecoderParts,
  type GroupSize,
  quantizeWeights,
  quantizeWeights8,
} from "kernels/mod.ts";
import { normals, randomBits } from "./checking.ts";

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

/** Its parts, to be changed before they are put together. */
export function randomParts(random: Random, shape: Shape): DecoderParts {
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

/** The smallest. */
export const TINY: Shape = {
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
  "wide enough for several threads, KV heads that they cannot share evenly": {
    ...TINY,
    width: 128,
    inner: 256,
    layers: 2,
    heads: 14,
    kvHeads: 7,
    headDim: 32,
    vocabulary: 300,
    groupSize: 64,
    head: "halves",
  },
};
