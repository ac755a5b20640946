/**
 * Packed weights on a device, uploaded once.
 *
 * @module
 */
import type { Weights } from "../contract/packed_weights.ts";
import { GROUP_ROWS } from "../contract/p32.ts";
import type { Gpu } from "./device.ts";

/** Weights on the device, in parts of whole row groups that fit a binding. */
export interface WeightsPart {
  readonly words: GPUBuffer;
  readonly scales: GPUBuffer;
  /** Sums of codes, once activations with an offset have needed them. */
  readonly sums?: GPUBuffer;
  readonly firstGroup: number;
  readonly lastGroup: number;
  readonly rows: number;
}

/** The weights that one device holds; they go with the last reference to them. */
export class UploadedWeights {
  #gpu: Gpu;
  #mostBytes: number;
  #uploaded = new WeakMap<Weights, WeightsPart[]>();
  #uploading = new WeakMap<Weights, Promise<void>>();

  /** No binding holds more than `mostBytes`. */
  constructor(gpu: Gpu, mostBytes: number) {
    this.#gpu = gpu;
    this.#mostBytes = mostBytes;
  }

  /** The parts of weights that are uploaded. */
  partsOf(weights: Weights): readonly WeightsPart[] {
    return this.#uploaded.get(weights)!;
  }

  /**
   * Uploads weights at first use, with the sums of their codes where activations have an `offset`.
   * Weights that the device has no room for are not remembered as uploaded.
   */
  async upload(weights: Weights, offset: boolean): Promise<void> {
    await this.#uploading.get(weights);
    const known = this.#uploaded.get(weights);
    if (known !== undefined && (!offset || known[0]!.sums !== undefined)) return;
    const upload = this.#gpu.scoped("weights", () => known ?? this.#cut(weights))
      .then((parts) => offset ? this.#withSums(weights, parts) : parts)
      .then((parts) => void this.#uploaded.set(weights, parts))
      .finally(() => this.#uploading.delete(weights));
    this.#uploading.set(weights, upload);
    await upload;
  }

  #cut(weights: Weights): WeightsPart[] {
    const parts: WeightsPart[] = [];
    const values = weights.bits === 4 ? weights.words : weights.values;
    const perGroup = values.length / weights.rowGroups;
    const scales = weights.scales.length / weights.rowGroups;
    const fit = Math.floor(this.#mostBytes / (perGroup * values.BYTES_PER_ELEMENT));
    const step = Math.max(1, fit);
    for (let firstGroup = 0; firstGroup < weights.rowGroups; firstGroup += step) {
      const lastGroup = Math.min(firstGroup + step, weights.rowGroups);
      parts.push({
        words: this.#gpu.hold(values.subarray(firstGroup * perGroup, lastGroup * perGroup)),
        scales: this.#gpu.hold(weights.scales.subarray(firstGroup * scales, lastGroup * scales)),
        firstGroup,
        lastGroup,
        rows: Math.min(lastGroup * GROUP_ROWS, weights.rows) - firstGroup * GROUP_ROWS,
      });
    }
    return parts;
  }

  /** The parts with the sums of codes that activations with an offset need. */
  #withSums(weights: Weights, parts: WeightsPart[]): Promise<WeightsPart[]> {
    const row = weights.blocks * GROUP_ROWS;
    return this.#gpu.scoped("weights", () =>
      parts.map((part) => {
        const sums = weights.sums.subarray(part.firstGroup * row, part.lastGroup * row);
        return { ...part, sums: this.#gpu.hold(Int32Array.from(sums)) };
      }));
  }
}
