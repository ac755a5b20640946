/**
 * How the KV cache lays out keys and values in memory.
 *
 * @module
 */
import { checkChoice, checkWhole } from "./checks.ts";
import { KernelError } from "./errors.ts";

/** Tokens that share one scale per channel. */
export type GroupSize = 32 | 64 | 128;

/** All group sizes. */
export const GROUP_SIZES: readonly GroupSize[] = [32, 64, 128];

/** Sizes of a cache. */
export interface KvShape {
  /** Layers of the decoder. */
  readonly layers: number;
  /** Heads of keys and values; fewer than query heads where these are shared (GQA). */
  readonly kvHeads: number;
  /** Channels of a head, a multiple of 8. */
  readonly headDim: number;
  /** Tokens per group, G. */
  readonly groupSize: GroupSize;
}

/**
 * Where things are in the two forms of a group. Both hold, for each layer and each KV head, one
 * record of keys and values, one after the other:
 *
 * ```text
 * packed, bytes                                    recent, 16-bit floats
 *   key scales    f16 [headDim]                      keys    [headDim][G]
 *   key zeros     i16 [headDim]                      values  [G][headDim]
 *   value scales  f16 [headDim]
 *   value zeros   i16 [headDim]
 *   key codes     u4  [headDim][G]
 *   value codes   u4  [G][headDim rounded up to 32]
 * ```
 *
 * Keys are stored channel by channel and values token by token, so that scores gather a lane per
 * token and outputs a lane per channel: no sum across lanes. Of 32 codes in a row, byte `i` of 16
 * holds code `i` in its low and code `16 + i` in its high nibble.
 */
export class KvLayout implements KvShape {
  /** Layers of the decoder. */
  readonly layers: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly groupSize: GroupSize;
  /** Channels of a row of value codes: `headDim` rounded up to 32. */
  readonly paddedDim: number;
  /** Bytes of a packed record. */
  readonly packedRecord: number;
  /** 16-bit floats of a recent record. */
  readonly recentRecord: number;

  /** @throws {KernelError} when a size is not allowed. */
  /**
   * Checks the sizes.
   *
   * @throws {KernelError} when one is not allowed.
   */
  constructor(shape: KvShape) {
    checkWhole("KvCache: layers", shape.layers, 1, 1024);
    checkWhole("KvCache: kvHeads", shape.kvHeads, 1, 1024);
    checkWhole("KvCache: headDim", shape.headDim, 8, 1024);
    checkChoice("KvCache: groupSize", shape.groupSize, GROUP_SIZES);
    if (shape.headDim % 8 !== 0) {
      throw new KernelError({
        what: "KvCache: headDim",
        got: shape.headDim,
        expected: "a multiple of 8",
      });
    }
    this.layers = shape.layers;
    this.kvHeads = shape.kvHeads;
    this.headDim = shape.headDim;
    this.groupSize = shape.groupSize;
    this.paddedDim = Math.ceil(shape.headDim / 32) * 32;
    const codes = this.headDim * this.groupSize + this.groupSize * this.paddedDim;
    this.packedRecord = 8 * this.headDim + codes / 2;
    this.recentRecord = 2 * this.headDim * this.groupSize;
  }

  /** Records of a group: one per layer and KV head. */
  get records(): number {
    return this.layers * this.kvHeads;
  }

  /** Bits that one element of a complete group takes: 4.5 at G = 64. */
  get bitsPerElement(): number {
    return 8 * this.packedRecord / this.recentRecord;
  }
}
