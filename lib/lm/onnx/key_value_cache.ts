/**
 * Keys and values of texts, kept by us and shown to ONNX Runtime without copying.
 *
 * @module
 */
import type { Ort, OrtTensor } from "./runtime.ts";
import type { TransformerConfig } from "../transformer/config.ts";

/** Capacities are multiples of this many rows; small ones keep short texts cheap. */
const CAPACITY_STEP = 64;

function capacityFor(rows: number, most: number): number {
  return Math.min(most, Math.max(1, Math.ceil(rows / CAPACITY_STEP)) * CAPACITY_STEP);
}

/** Feeds of a pass: the cache tensors and how many rows each holds. */
export interface PastFeeds {
  capacity: number;
  feeds: Record<string, OrtTensor>;
}

/** Where a text's rows lie in a batch, so that only new ones need be copied. */
interface Placement {
  batch: BatchCache;
  slot: number;
  /** Rows there that equal this cache's. */
  rows: number;
}

/** The cache of one text: for every layer keys and values `[G, capacity, d]`. */
export class KeyValueCache {
  /** Rows in use. */
  length = 0;
  readonly config: TransformerConfig;
  /** Key of layer 0, value of layer 0, key of layer 1 … */
  buffers: Float32Array[];
  capacity: number;
  placement: Placement | undefined;
  #past: PastFeeds | undefined;

  constructor(config: TransformerConfig, capacity = 0) {
    this.config = config;
    this.capacity = capacityFor(capacity, config.max_position_embeddings);
    this.buffers = emptyBuffers(config, this.capacity, 1);
  }

  /** Makes room for `rows` rows. */
  reserve(rows: number): void {
    if (rows <= this.capacity) return;
    const grown = new KeyValueCache(this.config, rows);
    grown.#copyFrom(this);
    this.buffers = grown.buffers;
    this.capacity = grown.capacity;
    this.#past = undefined;
  }

  /** The tensors over this cache's buffers; made once per capacity. */
  tensors(ort: Ort): PastFeeds {
    this.#past ??= pastFeeds(ort, this.config, this.buffers, this.capacity, 1);
    return this.#past;
  }

  /**
   * Appends `count` rows from the graph's output `rows` `[2L, batch, G, computed, d]`, text `index`.
   * There must be room.
   */
  append(rows: Float32Array, count: number, index: number, batch: number, computed: number): void {
    const { num_key_value_heads: groups, head_dim: d } = this.config;
    this.buffers.forEach((buffer, which) => {
      for (let group = 0; group < groups; group++) {
        const from = (((which * batch + index) * groups + group) * computed) * d;
        buffer.set(
          rows.subarray(from, from + count * d),
          (group * this.capacity + this.length) * d,
        );
      }
    });
    this.length += count;
  }

  /** Keeps the first `length` rows. */
  truncate(length: number): void {
    this.length = length;
    if (this.placement !== undefined) {
      this.placement.rows = Math.min(this.placement.rows, length);
    }
  }

  /** An independent copy of the rows in use. */
  fork(): KeyValueCache {
    const copy = new KeyValueCache(this.config, this.capacity);
    copy.#copyFrom(this);
    return copy;
  }

  /** Frees the buffers. */
  release(): void {
    this.buffers = [];
    this.#past = undefined;
    this.placement = undefined;
  }

  #copyFrom(other: KeyValueCache): void {
    const { num_key_value_heads: groups, head_dim: d } = this.config;
    this.length = other.length;
    this.buffers.forEach((buffer, which) => {
      for (let group = 0; group < groups; group++) {
        const from = group * other.capacity * d;
        buffer.set(
          other.buffers[which]!.subarray(from, from + other.length * d),
          group * this.capacity * d,
        );
      }
    });
  }
}

/**
 * The caches of several texts side by side, `[size, G, capacity, d]`. A text that is extended in the same
 * slot again and again, as decoders do, has only its new rows copied.
 */
export class BatchCache {
  readonly #config: TransformerConfig;
  readonly #size: number;
  #capacity = 0;
  #buffers: Float32Array[] = [];
  #past: PastFeeds | undefined;
  readonly #owners: (KeyValueCache | undefined)[];

  constructor(config: TransformerConfig, size: number) {
    this.#config = config;
    this.#size = size;
    this.#owners = new Array<KeyValueCache | undefined>(size).fill(undefined);
  }

  /** Brings the rows of `caches` into slots 0, 1, … and returns the tensors over them. */
  load(ort: Ort, caches: readonly KeyValueCache[]): PastFeeds {
    const longest = Math.max(...caches.map((cache) => cache.length));
    const capacity = capacityFor(longest, this.#config.max_position_embeddings);
    if (capacity !== this.#capacity) {
      this.#capacity = capacity;
      this.#buffers = emptyBuffers(this.#config, capacity, this.#size);
      this.#past = undefined;
      this.#owners.fill(undefined);
    }
    caches.forEach((cache, slot) => this.#place(cache, slot));
    this.#past ??= pastFeeds(ort, this.#config, this.#buffers, capacity, this.#size);
    return this.#past;
  }

  #place(cache: KeyValueCache, slot: number): void {
    const { num_key_value_heads: groups, head_dim: d } = this.#config;
    const known = cache.placement;
    const here = this.#owners[slot] === cache && known?.batch === this && known.slot === slot;
    const first = here ? known.rows : 0;
    for (let which = 0; which < this.#buffers.length; which++) {
      const source = cache.buffers[which]!;
      const target = this.#buffers[which]!;
      for (let group = 0; group < groups; group++) {
        const from = group * cache.capacity;
        target.set(
          source.subarray((from + first) * d, (from + cache.length) * d),
          ((slot * groups + group) * this.#capacity + first) * d,
        );
      }
    }
    this.#owners[slot] = cache;
    cache.placement = { batch: this, slot, rows: cache.length };
  }
}

function emptyBuffers(config: TransformerConfig, capacity: number, texts: number): Float32Array[] {
  const size = texts * config.num_key_value_heads * capacity * config.head_dim;
  return Array.from({ length: 2 * config.num_hidden_layers }, () => new Float32Array(size));
}

function pastFeeds(
  ort: Ort,
  config: TransformerConfig,
  buffers: Float32Array[],
  capacity: number,
  texts: number,
): PastFeeds {
  const shape = [texts, config.num_key_value_heads, capacity, config.head_dim];
  const feeds: Record<string, OrtTensor> = {};
  buffers.forEach((buffer, which) => {
    const name = `${which % 2 === 0 ? "key" : "value"}_${which >> 1}`;
    feeds[name] = new ort.Tensor("float32", buffer, shape);
  });
  return { capacity, feeds };
}
