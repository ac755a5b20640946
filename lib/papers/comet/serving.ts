/**
 * What serving takes at the paper's sizes: least times of matrix products, bytes of the KV cache, texts
 * that fit, and the schedule on a GPU's processors. Nothing here is measured.
 *
 * @module
 */
import {
  makespan,
  makespanWithBarriers,
  remap,
  roundRobin,
  split,
} from "offprint/quantization/mod.ts";

/** The products of one decoder layer: [output rows, input columns] each. */
export type LayerShapes = readonly (readonly [rows: number, columns: number])[];

/** Query, key and value; output; gate and up; down. */
export const LLAMA3_8B: LayerShapes = [
  ...[[6144, 4096], [4096, 4096], [28672, 4096], [4096, 14336]] as const,
];

/** The same of LLaMA-3-70B. */
export const LLAMA3_70B: LayerShapes = [
  ...[[10240, 8192], [8192, 8192], [57344, 8192], [8192, 28672]] as const,
];

/** A processor: bytes and operations (a multiply-add counts 2) a second. */
export interface Machine {
  readonly bandwidth: number;
  /** By bits of the operands: of a product of 4- and 8-bit numbers the larger counts. */
  readonly peak: { readonly 16: number; readonly 8: number; readonly 4: number };
  /** Bytes of an output. */
  readonly outputBytes: number;
}

/** NVIDIA A100-80GB-SXM4, by its data sheet. */
export const A100: Machine = {
  bandwidth: 2.039e12,
  peak: { 16: 312e12, 8: 624e12, 4: 1248e12 },
  outputBytes: 2,
};

/** Bits of weights and activations; `share4` of the work has 4-bit activations. */
export interface ProductFormat {
  readonly weightBits: 4 | 8 | 16;
  readonly activationBits: 4 | 8 | 16;
  /** f: only with 8-bit activations otherwise. */
  readonly share4?: number;
}

/** Bytes of one number: 4-bit ones carry a 16-bit scale for each 128. */
function bytesOf(bits: 4 | 8 | 16): number {
  return bits === 4 ? 0.5 + 2 / 128 : bits / 8;
}

/**
 * The least time of `tokens` tokens through some products, in seconds: each takes the longer of moving its
 * bytes once and computing at the peak (a roofline).
 *
 * @example LLaMA-3-8B's layer for one token on an A100: 214 µs in 16 bits.
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { A100, leastTime, LLAMA3_8B } from "offprint/papers/comet/mod.ts";
 *
 * const seconds = leastTime(LLAMA3_8B, 1, { weightBits: 16, activationBits: 16 }, A100);
 * assertAlmostEquals(seconds * 1e6, 214, 0.5);
 * ```
 */
export function leastTime(
  shapes: LayerShapes,
  tokens: number,
  { weightBits, activationBits, share4 = 0 }: ProductFormat,
  { bandwidth, peak, outputBytes }: Machine,
): number {
  const computing = activationBits > weightBits ? activationBits : weightBits;
  const rate = activationBits === 4 && weightBits === 4
    ? peak[4]
    : 1 / (share4 / peak[4] + (1 - share4) / peak[activationBits === 16 ? 16 : 8]);
  let total = 0;
  for (const [rows, columns] of shapes) {
    const activation = share4 * bytesOf(4) + (1 - share4) * bytesOf(activationBits);
    const bytes = rows * columns * bytesOf(weightBits) + tokens * columns * activation +
      tokens * rows * outputBytes;
    const operations = 2 * tokens * rows * columns;
    total += Math.max(bytes / bandwidth, operations / (computing === 16 ? peak[16] : rate));
  }
  return total;
}

/** Balanced time over all-8-bit time when a share of tiles is in 4 bits and an 8-bit tile costs `ratio` times as much. */
export function balancedTime(share4: number, ratio: number): number {
  return 1 - share4 * (1 - 1 / ratio);
}

/** Sizes of a model's KV cache. */
export interface CacheShape {
  readonly layers: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** LLaMA-3-8B's and 70B's caches. */
export const CACHES = {
  "LLaMA-3-8B": { layers: 32, kvHeads: 8, headDim: 128 },
  "LLaMA-3-70B": { layers: 80, kvHeads: 8, headDim: 128 },
} as const satisfies Record<string, CacheShape>;

/** Bits of one element of a 4-bit cache: a 16-bit scale and zero point for each channel and group. */
export function cacheBits(groupSize: number): number {
  return 4 + 32 / groupSize;
}

/** Bytes of one token's keys and values; without a group size in 16-bit floats. */
export function cacheBytesPerToken(
  { layers, kvHeads, headDim }: CacheShape,
  groupSize?: number,
): number {
  return 2 * layers * kvHeads * headDim * (groupSize === undefined ? 16 : cacheBits(groupSize)) / 8;
}

/** Texts of `tokens` tokens that fit into `memory` bytes beside the weights. */
export function textsThatFit(
  memory: number,
  weightBytes: number,
  tokens: number,
  bytesPerToken: number,
): number {
  return Math.floor((memory - weightBytes) / (tokens * bytesPerToken));
}

/** How tiles are given to processors. */
export interface ScheduleSpeeds {
  /** Tiles in turn, everybody waiting after each. */
  readonly withBarriers: number;
  readonly inTurn: number;
  readonly remapped: number;
  readonly divided: number;
  /** All tiles in 4 bits, dealt in turn. */
  readonly allFour: number;
}

/**
 * Speed over all-8-bit tiles dealt in turn, for tiles of 128 × 128 × 128 of one layer's products of which
 * the last quarter along K is in 8 bits; an 8-bit tile costs 2, a 4-bit one 1.
 *
 * @param processors 108 on an A100.
 */
export function scheduleSpeeds(
  shapes: LayerShapes,
  tokens: number,
  processors: number,
): ScheduleSpeeds {
  const sums = { all8: 0, all4: 0, barriers: 0, inTurn: 0, remapped: 0, divided: 0 };
  for (const [rows, columns] of shapes) {
    const costs = tileCosts(rows, columns, tokens);
    const turn = roundRobin(costs, processors), even = remap(costs, processors);
    const dealt = (cost: number) => makespan(turn, costs.map(() => cost));
    sums.all8 += dealt(2);
    sums.all4 += dealt(1);
    sums.barriers += makespanWithBarriers(turn, costs);
    sums.inTurn += makespan(turn, costs);
    sums.remapped += makespan(even, costs);
    sums.divided += makespan(split(even, costs, 8), costs);
  }
  return {
    withBarriers: sums.all8 / sums.barriers,
    inTurn: sums.all8 / sums.inTurn,
    remapped: sums.all8 / sums.remapped,
    divided: sums.all8 / sums.divided,
    allFour: sums.all8 / sums.all4,
  };
}

/** Costs of a product's tiles, K fastest: of each output tile's blocks along K the last quarter costs 2. */
function tileCosts(rows: number, columns: number, tokens: number): number[] {
  const blocks = Math.ceil(columns / 128),
    outputs = Math.ceil(rows / 128) * Math.ceil(tokens / 128);
  const eight = Math.round(blocks / 4);
  return Array.from(
    { length: outputs * blocks },
    (_, tile) => tile % blocks >= blocks - eight ? 2 : 1,
  );
}
