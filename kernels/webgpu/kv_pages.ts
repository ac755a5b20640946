/**
 * The KV cache on a device: where its groups are, and the tables by which the shaders find them.
 *
 * @module
 */
import { KernelError } from "../contract/errors.ts";
import type { KvHome, KvPass } from "../contract/kv_cache.ts";
import type { KvLayout } from "../contract/kv_layout.ts";
import type { Gpu } from "./device.ts";
import { NONE, submit } from "./submission.ts";

/** Pages of one form of the groups: one buffer a layer, each with the same pages. */
class Pages {
  readonly buffers: GPUBuffer[] = [];
  readonly pageBytes: number;
  #gpu: Gpu;
  #layers: number;
  #most: number;
  #capacity = 0;
  #used = 0;
  #pageOf = new WeakMap<Uint8Array | Uint16Array, number>();

  constructor(gpu: Gpu, layers: number, pageBytes: number, mostBytes: number) {
    this.#gpu = gpu;
    this.#layers = layers;
    this.pageBytes = pageBytes;
    this.#most = Math.floor(mostBytes / pageBytes);
  }

  /** The page that stands for an array of the cache; the cache hands arrays out again and again. */
  pageOf(memory: Uint8Array | Uint16Array): number {
    const known = this.#pageOf.get(memory);
    if (known !== undefined) return known;
    if (this.#used === this.#capacity) this.#grow();
    this.#pageOf.set(memory, this.#used);
    return this.#used++;
  }

  #grow(): void {
    const capacity = Math.min(Math.max(4, 2 * this.#capacity), this.#most);
    if (capacity === this.#capacity) {
      throw new KernelError({
        what: "KV cache on the GPU",
        got: `more than ${this.#most} groups of tokens`,
        expected:
          `at most ${this.#most} of ${this.pageBytes} bytes a layer, what one binding holds`,
        todo:
          "Close texts that are done, or open a device with a larger maxStorageBufferBindingSize.",
      });
    }
    const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;
    const encoder = this.#gpu.device.createCommandEncoder();
    const old = this.buffers.splice(0);
    for (let layer = 0; layer < this.#layers; layer++) {
      const size = capacity * this.pageBytes, usage = STORAGE | COPY_SRC | COPY_DST;
      const buffer = this.#gpu.create(size, usage);
      this.buffers.push(buffer);
      if (old[layer] === undefined) continue;
      encoder.copyBufferToBuffer(old[layer]!, 0, buffer, 0, this.#used * this.pageBytes);
    }
    this.#gpu.device.queue.submit([encoder.finish()]);
    for (const buffer of old) buffer.destroy();
    this.#capacity = capacity;
  }
}

/** What the shaders read of a pass, `u32`, and where in it each list starts. */
export interface PassTable {
  readonly words: Uint32Array;
  /** Pages of each text's groups: of codes, of 16-bit floats. */
  readonly groupsAt: number;
  /** Pairs of positions that get new tokens: text, position / 2. */
  readonly pairsAt: number;
  readonly pairs: number;
  /** Groups that become complete: text, group. */
  readonly completeAt: number;
  readonly complete: number;
  /** Tiles of queries: text, first slot. */
  readonly tilesAt: number;
  readonly tiles: number;
  /** Tokens of the longest text after the pass. */
  readonly longest: number;
}

/** The contents of one cache on one device. */
export class KvPages implements KvHome {
  readonly layout: KvLayout;
  readonly packed: Pages;
  readonly recent: Pages;
  #gpu: Gpu;

  constructor(gpu: Gpu, layout: KvLayout, mostBytes: number) {
    this.#gpu = gpu;
    this.layout = layout;
    const { layers, kvHeads, packedRecord, recentRecord } = layout;
    this.packed = new Pages(gpu, layers, kvHeads * packedRecord, mostBytes);
    this.recent = new Pages(gpu, layers, 2 * kvHeads * recentRecord, mostBytes);
  }

  /** A device does not copy within a buffer, so by way of another. */
  copy(from: Uint16Array, to: Uint16Array): void {
    const [source, target] = [this.recent.pageOf(from), this.recent.pageOf(to)];
    const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;
    const bytes = this.recent.pageBytes;
    const between = this.#gpu.take(bytes, STORAGE | COPY_SRC | COPY_DST);
    const encoder = this.#gpu.device.createCommandEncoder();
    for (const buffer of this.recent.buffers) {
      encoder.copyBufferToBuffer(buffer, source * bytes, between, 0, bytes);
      encoder.copyBufferToBuffer(between, 0, buffer, target * bytes, bytes);
    }
    this.#gpu.device.queue.submit([encoder.finish()]);
    this.#gpu.give(between);
  }

  /**
   * The table of a run of a pass's rows, for attention with `share` query heads to a KV head, `tile`
   * queries together. Runs must be computed in order.
   */
  table(pass: KvPass, share: number, tile: number, first: number, count: number): PassTable {
    const { groupSize } = this.layout;
    const texts: number[] = [], groups: number[] = [];
    const pairs: number[] = [], complete: number[] = [], tiles: number[] = [];
    const page = (pages: Pages, memory: Uint8Array | Uint16Array | null) =>
      memory === null ? NONE : pages.pageOf(memory);
    let row = -first, longest = 0;
    for (const extension of pass.extensions) {
      const before = Math.max(0, -row); // rows of this text in earlier runs
      const tokens = Math.min(row + extension.tokens, count) - row - before;
      if (tokens > 0) {
        const start = extension.start + before, end = start + tokens;
        const text = texts.length / 4;
        texts.push(start, tokens, row + before, groups.length / 2);
        for (let g = 0; g * groupSize < end; g++) {
          groups.push(
            page(this.packed, extension.packed[g]!),
            page(this.recent, extension.recent[g]!),
          );
        }
        for (let pair = start >> 1; 2 * pair < end; pair++) pairs.push(text, pair);
        for (let g = Math.floor(start / groupSize); (g + 1) * groupSize <= end; g++) {
          complete.push(text, g);
        }
        for (let slot = 0; slot < tokens * share; slot += tile) tiles.push(text, slot);
        longest = Math.max(longest, end);
      }
      row += extension.tokens;
    }
    const groupsAt = texts.length, pairsAt = groupsAt + groups.length;
    const completeAt = pairsAt + pairs.length, tilesAt = completeAt + complete.length;
    return {
      words: Uint32Array.from([texts, groups, pairs, complete, tiles].flat()),
      ...{ groupsAt, pairsAt, completeAt, tilesAt, longest },
      ...{ pairs: pairs.length / 2, complete: complete.length / 2, tiles: tiles.length / 2 },
    };
  }

  /** The codes of a complete group as the process would hold them, `[layers][kvHeads][record]`. */
  async read(memory: Uint8Array): Promise<Uint8Array> {
    const at = this.packed.pageOf(memory) * this.packed.pageBytes;
    const layers = await submit(this.#gpu, "KV cache", (work) => {
      for (const buffer of this.packed.buffers) work.read(buffer, this.packed.pageBytes, at);
    });
    const all = new Uint8Array(layers.length * this.packed.pageBytes);
    layers.forEach((layer, i) => all.set(new Uint8Array(layer), i * this.packed.pageBytes));
    return all;
  }
}
