/**
 * FMPQ's decision for one linear layer: which channels go together, and which blocks of them are kept in
 * 8 bits.
 *
 * @module
 */

/** How the input of a linear layer is quantised. */
export interface ChannelPlan {
  /** Bits of each block of channels, 4 or 8. */
  readonly bits: Uint8Array;
  /** The order in which channels are taken into blocks; absent: as they are. */
  readonly order?: Uint32Array;
}

/** A plan from measured channels, with what it was decided from. */
export interface MeasuredPlan extends ChannelPlan {
  readonly order: Uint32Array;
  /** Channels whose size exceeds the threshold. */
  readonly outliers: readonly number[];
  /** Blocks that would need 8 bits without reordering. */
  readonly blocks8Before: number;
  /** Blocks of 8 bits. */
  readonly blocks8: number;
}

/** How channels are told apart. */
export interface PlanOptions {
  /** Channels per block. */
  readonly blockSize: number;
  /** κ: a channel is an outlier when its size exceeds this many times the median; default 4. */
  readonly threshold?: number;
  /** ρ: take this share of the blocks, those of the largest channels, instead of a threshold. */
  readonly share8?: number;
  /** All channels by rising size, so that blocks of 4 bits hold channels of like sizes too. */
  readonly sortAll?: boolean;
}

/**
 * Gathers outlier channels into as few blocks as hold them (COMET §3.2): `amax[c]` is the largest size
 * seen in channel c. The blocks of 8 bits come last; they are filled up with the largest of the other
 * channels, which otherwise keep their order. The last block may be short; where it is, the blocks of 8
 * bits begin so that they hold at least the outliers.
 *
 * @throws {RangeError} for no channels, a size that is negative or not finite, a block size that is not a
 * whole number of at least 1, a threshold that is not above 0, or a share outside [0, 1].
 *
 * @example Two outliers in two blocks become two in one.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { channelPlan } from "offprint/quantization/mod.ts";
 *
 * const amax = [0.7, 0.7, 9.5, 0.7, 0.7, 0.6, 0.7, 15, 0.8, 0.8, 0.7, 0.8];
 * const plan = channelPlan(amax, { blockSize: 4 });
 * assertEquals([...plan.order], [0, 1, 3, 4, 5, 6, 10, 11, 8, 9, 2, 7]);
 * assertEquals([[...plan.bits], plan.blocks8Before], [[4, 4, 8], 2]);
 * ```
 */
export function channelPlan(amax: ArrayLike<number>, options: PlanOptions): MeasuredPlan {
  const { blockSize, threshold = 4, share8, sortAll = false } = options;
  checkOptions(blockSize, threshold, share8);
  const channels = Array.from({ length: amax.length }, (_, channel) => channel);
  if (channels.length === 0) throw new RangeError("channelPlan: got no channels");
  const bad = channels.find((channel) => !(amax[channel]! >= 0 && amax[channel]! < Infinity));
  if (bad !== undefined) {
    throw new RangeError(
      `channelPlan: got ${amax[bad]} for channel ${bad}, expected a finite size of at least 0`,
    );
  }
  const blocks = Math.ceil(channels.length / blockSize);
  // Largest first; of equal ones the first.
  const falling = [...channels].sort((a, b) => amax[b]! - amax[a]! || a - b);
  const limit = threshold * median(amax);
  const outliers = share8 === undefined
    ? channels.filter((channel) => amax[channel]! > limit)
    : falling.slice(0, Math.min(channels.length, Math.ceil(share8 * blocks) * blockSize))
      .sort((a, b) => a - b);

  // A short last block holds fewer: take blocks from the end until the outliers fit.
  let blocks8 = 0, room = 0;
  while (room < outliers.length) {
    blocks8++;
    room = channels.length - (blocks - blocks8) * blockSize;
  }
  const isOutlier = new Set(outliers);
  const filling = falling.filter((channel) => !isOutlier.has(channel))
    .slice(0, room - outliers.length).sort((a, b) => a - b);
  const isFilling = new Set(filling);
  const others = channels.filter((channel) => !isOutlier.has(channel) && !isFilling.has(channel));
  return {
    order: Uint32Array.from(
      sortAll
        ? [...channels].sort((a, b) => amax[a]! - amax[b]! || a - b)
        : [...others, ...filling, ...outliers],
    ),
    bits: new Uint8Array(blocks).fill(4).fill(8, blocks - blocks8),
    outliers,
    blocks8Before: new Set(outliers.map((channel) => Math.floor(channel / blockSize))).size,
    blocks8,
  };
}

function checkOptions(blockSize: number, threshold: number, share8: number | undefined): void {
  const refuse = (name: string, got: number, expected: string): never => {
    throw new RangeError(`channelPlan: got ${name} ${got}, expected ${expected}`);
  };
  if (!(Number.isInteger(blockSize) && blockSize > 0)) {
    refuse("blockSize", blockSize, "a whole number of at least 1");
  }
  if (!(threshold > 0)) refuse("threshold", threshold, "a number above 0");
  if (share8 !== undefined && !(share8 >= 0 && share8 <= 1)) {
    refuse("share8", share8, "a share from 0 to 1");
  }
}

/** The share of W4A4 work in a plan, f in the paper. */
export function shareOf4({ bits }: ChannelPlan): number {
  return bits.filter((value) => value === 4).length / bits.length;
}

function median(values: ArrayLike<number>): number {
  const rising = Float64Array.from(values).sort();
  const middle = rising.length >> 1;
  return rising.length % 2 === 1 ? rising[middle]! : (rising[middle - 1]! + rising[middle]!) / 2;
}
