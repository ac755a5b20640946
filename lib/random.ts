/**
 * The project's one source of randomness: named streams of xoshiro128** numbers. A stream is fixed by
 * a seed and a list of names, so results depend neither on batching nor on the order of cells.
 *
 * @module
 */

/** A name in a stream's path: words and indices. */
export type StreamName = string | number;

/**
 * Opens the stream that belongs to `seed` and `names`; the same arguments always give the same
 * numbers, and different arguments give unrelated ones. The 128-bit state is the MurmurHash3
 * (x86, 128 bit) of the arguments as JSON.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { stream } from "offprint/random.ts";
 *
 * const random = stream(7, "treebon", 2, 0);
 * const again = stream(7, "treebon", 2, 0);
 * assertEquals([random.uint32(), random.uint32()], [again.uint32(), again.uint32()]);
 * ```
 *
 * @throws {RangeError} when a number among the arguments is not a finite number.
 */
export function stream(seed: number, ...names: StreamName[]): Random {
  for (const part of [seed, ...names]) {
    if (typeof part === "number" && !Number.isFinite(part)) {
      throw new RangeError(
        `stream: got ${part}, expected finite numbers and strings as seed and names`,
      );
    }
  }
  const key = new TextEncoder().encode(JSON.stringify([seed, ...names]));
  return new Random(murmurHash3(key));
}

/** Random numbers from one xoshiro128** stream (Blackman and Vigna). Open one with {@linkcode stream}. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Starts from four 32-bit state words, not all zero. */
  constructor(state: readonly [number, number, number, number]) {
    [this.#a, this.#b, this.#c, this.#d] = state.map((word) => word | 0) as [
      number,
      number,
      number,
      number,
    ];
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 1;
  }

  /** A whole number, uniform on `[0, 2³²)`. */
  uint32(): number {
    const scrambled = Math.imul(rotl(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotl(this.#d, 11);
    return scrambled;
  }

  /** A number uniform on `[0, 1)`, a multiple of 2⁻⁵³. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /**
   * A whole number, uniform on `[0, bound)`, without modulo bias.
   *
   * @throws {RangeError} when `bound` is not a whole number in `[1, 2³²]`.
   */
  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 4294967296) {
      throw new RangeError(`integer: got bound ${bound}, expected a whole number in [1, 2^32]`);
    }
    const limit = 4294967296 - (4294967296 % bound);
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % bound;
  }

  /** A standard normal number (Marsaglia's polar method; the second of each pair is not kept). */
  normal(): number {
    while (true) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const s = x * x + y * y;
      if (s > 0 && s < 1) return x * Math.sqrt(-2 * Math.log(s) / s);
    }
  }

  /** An exponential number of rate 1. */
  exponential(): number {
    return -Math.log1p(-this.uniform());
  }

  /**
   * A gamma number of the given shape and scale 1 (Marsaglia and Tsang).
   *
   * @throws {RangeError} unless `shape > 0`.
   */
  gamma(shape: number): number {
    if (!(shape > 0)) throw new RangeError(`gamma: got shape ${shape}, expected a number above 0`);
    if (shape < 1) return this.gamma(shape + 1) * Math.pow(1 - this.uniform(), 1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    while (true) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      if (Math.log(1 - this.uniform()) < x * x / 2 + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /**
   * A point of the probability simplex, Dirichlet with the given concentrations.
   *
   * @throws {RangeError} unless all are above 0, or when all are so small (below about 1e-3) that every
   * gamma number behind the point rounds to 0.
   */
  dirichlet(concentrations: ArrayLike<number>): Float64Array {
    const draw = Float64Array.from(concentrations, (shape) => this.gamma(shape));
    const total = draw.reduce((sum, value) => sum + value, 0);
    if (!(total > 0)) {
      throw new RangeError(
        `dirichlet: got concentrations [${
          Array.from(concentrations).slice(0, 4)
        }], expected larger ones`,
      );
    }
    return draw.map((value) => value / total);
  }

  /**
   * An index drawn with probability proportional to `weights` (need not sum to 1). The last index of
   * positive weight takes what rounding leaves over, so an index of weight 0 is never drawn.
   *
   * @throws {RangeError} when a weight is negative, none is positive or the sum is not finite.
   */
  categorical(weights: ArrayLike<number>): number {
    let total = 0;
    let least = 0;
    for (let i = 0; i < weights.length; i++) {
      total += weights[i]!;
      if (weights[i]! < least) least = weights[i]!;
    }
    if (least < 0) {
      throw new RangeError(`categorical: got weight ${least}, expected none below 0`);
    }
    if (!(total > 0) || total === Infinity) {
      throw new RangeError(
        `categorical: got weights of sum ${total}, expected a positive finite sum`,
      );
    }
    let rest = this.uniform() * total;
    let last = 0;
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i]!;
      if (weight <= 0) continue;
      rest -= weight;
      if (rest < 0) return i;
      last = i;
    }
    return last;
  }

  /** Shuffles `items` in place (Fisher and Yates) and returns them. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [items[i], items[j]] = [items[j]!, items[i]!];
    }
    return items;
  }
}

function rotl(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** MurmurHash3, x86, 128 bit, seed 0 (Appleby; public domain algorithm): four unsigned 32-bit words. */
export function murmurHash3(bytes: Uint8Array): [number, number, number, number] {
  const c1 = 0x239b961b, c2 = 0xab0e9789, c3 = 0x38b34ae5, c4 = 0xa1e38b93;
  const rounds = [
    { c: c1, next: c2, mixed: 15, turned: 19, added: 0x561ccd1b },
    { c: c2, next: c3, mixed: 16, turned: 17, added: 0x0bcaa747 },
    { c: c3, next: c4, mixed: 17, turned: 15, added: 0x96cd1c35 },
    { c: c4, next: c1, mixed: 18, turned: 13, added: 0x32ac3b17 },
  ];
  const h = [0, 0, 0, 0];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks = bytes.length >>> 4;
  const scramble = (word: number, lane: number) => {
    const { c, next, mixed } = rounds[lane]!;
    return Math.imul(rotl(Math.imul(word, c), mixed), next);
  };
  for (let block = 0; block < blocks; block++) {
    for (let lane = 0; lane < 4; lane++) {
      const { turned, added } = rounds[lane]!;
      h[lane]! ^= scramble(view.getUint32(block * 16 + lane * 4, true), lane);
      h[lane] = rotl(h[lane]!, turned) + h[(lane + 1) % 4]!;
      h[lane] = Math.imul(h[lane]!, 5) + added;
    }
  }
  const tail = new DataView(new ArrayBuffer(16));
  bytes.subarray(blocks * 16).forEach((byte, i) => tail.setUint8(i, byte));
  for (let lane = 0; lane < 4; lane++) h[lane]! ^= scramble(tail.getUint32(lane * 4, true), lane);
  for (let lane = 0; lane < 4; lane++) h[lane]! ^= bytes.length;
  const spread = () => {
    h[0] = h[0]! + h[1]! + h[2]! + h[3]!;
    for (let lane = 1; lane < 4; lane++) h[lane] = h[lane]! + h[0]!;
  };
  spread();
  for (let lane = 0; lane < 4; lane++) {
    let x = h[lane]! | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    h[lane] = x ^ (x >>> 16);
  }
  spread();
  return h.map((word) => word >>> 0) as [number, number, number, number];
}
