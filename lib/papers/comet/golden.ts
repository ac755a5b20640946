/**
 * Exact and simulated examples that the paper's ideas are checked on: tensor-core words, what one outlier
 * does to its block, the bound on a product's error, and one linear layer with injected outliers.
 *
 * @module
 */
import {
  highBytes,
  lowBytes,
  packFrag,
  packP32,
  quantizeActivations,
  signedBytes,
  unpackFrag,
  unpackP32,
} from "kernels/reference/mod.ts";
import { channelPlan } from "offprint/quantization/mod.ts";
import { layerErrors, type PartScheme } from "offprint/quantization/simulate/mod.ts";
import { stream } from "offprint/random.ts";

function randomCodes(seed: number, count: number, half: number): Int8Array {
  const random = stream(seed, "golden codes", count, half);
  return Int8Array.from({ length: count }, () => random.integer(2 * half) - half);
}

/**
 * Emulates both tensor-core instructions on one layout of 8 × 128 random weights and counts rows whose
 * result is not 16 times (INT8) and once (INT4) the product.
 */
export function tensorCoreMismatches(seed: number): [int8: number, int4: number] {
  const codes = randomCodes(seed, 8 * 128, 8), words = packFrag(codes, 8, 128);
  const x4 = randomCodes(seed + 1, 128, 8), x8 = randomCodes(seed + 2, 128, 128);
  const wrong: [number, number] = [0, 0];
  for (let row = 0; row < 8; row++) {
    let int8 = 0, int4 = 0, exact8 = 0, exact4 = 0;
    for (let k = 0; k < 128; k++) {
      exact8 += codes[128 * row + k]! * x8[k]!;
      exact4 += codes[128 * row + k]! * x4[k]!;
    }
    for (let lane = 0; lane < 4; lane++) {
      for (let step = 0; step < 4; step++) {
        const word = words[(4 * row + lane) * 4 + step]!;
        const low = signedBytes(lowBytes(word)), high = signedBytes(highBytes(word));
        for (let i = 0; i < 4; i++) {
          // m16n8k32.s8: the first register meets k = 4t + i, the second k = 16 + 4t + i.
          const k = 32 * step + 4 * lane + i;
          int8 += low[i]! * x8[k]! + high[i]! * x8[k + 16]!;
        }
        for (let nibble = 0; nibble < 8; nibble++) {
          // m16n8k64.s4: activations packed in the order 0, 16, 1, 17, …
          const k = 32 * step + 4 * lane + 16 * (nibble & 1) + (nibble >> 1);
          int4 += (word << (28 - 4 * nibble) >> 28) * x4[k]!;
        }
      }
    }
    if (int8 !== 16 * exact8) wrong[0]++;
    if (int4 !== exact4) wrong[1]++;
  }
  return wrong;
}

/**
 * Words of eight codes that lane (0, 0) of a tensor core reads of one block of 128 columns, if codes are stored one
 * after the other and if they are interleaved: in each of four steps it needs the columns 0 to 3 and 16 to
 * 19 of its 32 (COMET §4.4).
 */
export function layoutLoads(): [sequential: number, interleaved: number] {
  const needed = [0, 1, 2, 3].flatMap((step) =>
    [0, 16].flatMap((from) => [0, 1, 2, 3].map((i) => 32 * step + from + i))
  );
  const sequential = new Set(needed.map((column) => Math.floor(column / 8)));
  // Codes that tell the columns of row 0 apart, a bit at a time: a word counts where any column has a bit.
  const interleaved = new Set<number>();
  for (const column of needed) {
    const codes = new Int8Array(8 * 128);
    codes[column] = 1;
    packFrag(codes, 8, 128).forEach((word, at) => word !== 0 && interleaved.add(at));
  }
  return [sequential.size, interleaved.size];
}

/** Codes of 16 × 256 weights that change on their way through both layouts, and the bytes of each. */
export function layoutRoundTrip(seed: number): [changed: number, p32: number, frag: number] {
  const codes = randomCodes(seed, 16 * 256, 8);
  const p32 = packP32(codes, 16, 256), frag = packFrag(unpackP32(p32, 16, 256), 16, 256);
  const back = unpackFrag(frag, 16, 256);
  const changed = codes.filter((code, i) => code !== back[i]).length;
  return [changed, p32.byteLength, frag.byteLength];
}

/** What a block of 4 or 8 bits does to its ordinary channels. */
export interface Neighbours {
  /** Their relative error. */
  error: number;
  /** The share of their codes that are 0. */
  zeros: number;
}

/**
 * What becomes of 127 ordinary channels that share a block, and each token's scale, with one whose standard deviation is
 * `ratio` times theirs.
 *
 * @returns For each of `widths`, all of the same numbers.
 */
export function neighboursOfOutlier(
  widths: readonly (4 | 8)[],
  ratio: number,
  seed: number,
  tokens = 10_000,
): Neighbours[] {
  const random = stream(seed, "outlier", ratio);
  const x = new Float32Array(tokens * 128);
  for (let i = 0; i < x.length; i++) x[i] = random.normal() * (i % 128 === 0 ? ratio : 1);
  return widths.map((bits) => {
    const format = { blockSize: 128, bits: Uint8Array.of(bits) } as const;
    const quantized = quantizeActivations(x, tokens, 128, format);
    const values = quantized.values(), { codes } = quantized;
    let off = 0, size = 0, zeros = 0;
    for (let i = 0; i < x.length; i++) {
      if (i % 128 === 0) continue;
      const value = x[i]!;
      off += (values[i]! - value) ** 2;
      size += value ** 2;
      if (codes[i] === 0) zeros++;
    }
    return { error: Math.sqrt(off / size), zeros: zeros / (127 * tokens) };
  });
}

/** The trial of one linear layer: names of its ways, in the order of the results. */
export const LAYER_WAYS = [
  ...["W8A8", "W4A16", "W4A8", "W4A4 per token", "W4A4 per block"],
  ...["W4Ax in place", "W4Ax permuted", "W4Ax sorted"],
] as const;

/** What one seed of the layer trial gives. */
export interface LayerTrial {
  /** Relative errors, in the order of {@linkcode LAYER_WAYS}. */
  readonly errors: readonly number[];
  /** Blocks of 16 that need 8 bits in place and permuted. */
  readonly blocks8: readonly [inPlace: number, permuted: number];
}

/**
 * A layer of 2 048 inputs and 512 outputs with 24 outlier channels, 15 to 45 times as large, whose weight
 * columns are divided by as much: 512 tokens, scales for 128 columns, κ = 4.
 */
export async function layerTrial(seed: number): Promise<LayerTrial> {
  const tokens = 512, columns = 2048, rows = 512, blockSize = 128;
  const random = stream(seed, "layer trial");
  const factors = new Float32Array(columns).fill(1);
  for (const channel of random.shuffle([...factors.keys()]).slice(0, 24)) {
    factors[channel] = 30 * (0.5 + random.uniform());
  }
  const x = new Float32Array(tokens * columns), w = new Float32Array(rows * columns);
  const largest = new Float32Array(columns);
  for (let i = 0; i < x.length; i++) {
    const channel = i % columns;
    x[i] = random.normal() * factors[channel]!;
    largest[channel] = Math.max(largest[channel]!, Math.abs(x[i]!));
  }
  for (let i = 0; i < w.length; i++) {
    w[i] = random.normal() / Math.sqrt(columns) / factors[i % columns]!;
  }
  const plan = channelPlan(largest, { blockSize });
  const sorted = channelPlan(largest, { blockSize, sortAll: true });
  const inPlace = plan.bits.map(() => 4);
  for (const channel of plan.outliers) inPlace[Math.floor(channel / blockSize)] = 8;
  const weights = { bits: 4, group: blockSize } as const;
  const row = (bits: number) => ({ blockSize: "row", bits }) as const;
  const schemes: PartScheme[] = [
    { weights: { bits: 8, group: "row" }, activations: row(8) },
    { weights },
    { weights, activations: row(8) },
    { weights, activations: row(4) },
    { weights, activations: { blockSize, bits: 4 } },
    { weights, activations: { blockSize, bits: inPlace } },
    { order: plan.order, weights, activations: { blockSize, bits: plan.bits } },
    { order: sorted.order, weights, activations: { blockSize, bits: sorted.bits } },
  ];
  return {
    errors: await layerErrors(x, w, columns, schemes),
    blocks8: [plan.blocks8Before, plan.blocks8],
  };
}

/**
 * The largest share that a product's error takes of its bound
 * `Σ_b (s_A / 2 · ‖ŵ‖₁ + s_W / 2 · ‖x‖₁)`, over all entries.
 *
 * @param blocks stretches of channels with the largest code of their activations.
 */
export function boundUse(
  x: readonly (readonly number[])[],
  w: readonly (readonly number[])[],
  blocks: readonly { from: number; to: number; limit: number }[],
): number {
  let most = 0;
  const rounded = (values: readonly number[], limit: number) => {
    const step = Math.max(...values.map(Math.abs)) / limit;
    return { step, values: values.map((value) => step * Math.floor(value / step + 0.5)) };
  };
  for (const token of x) {
    for (const row of w) {
      let off = 0, bound = 0;
      for (const { from, to, limit } of blocks) {
        const a = rounded(token.slice(from, to), limit), b = rounded(row.slice(from, to), 7);
        for (let j = from; j < to; j++) {
          off += token[j]! * row[j]! - a.values[j - from]! * b.values[j - from]!;
          bound += a.step / 2 * Math.abs(b.values[j - from]!) + b.step / 2 * Math.abs(token[j]!);
        }
      }
      most = Math.max(most, Math.abs(off) / bound);
    }
  }
  return most;
}
