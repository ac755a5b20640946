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
  names.unshift(seed);
  for (const part of names) {
    if (typeof part === "number" && !Number.isFinite(part)) {
      throw new RangeError(
        `stream: got ${part}, expected finite numbers and strings as seed and names`,
      );
    }
  }
  return new Random(murmurHash3(utf8(JSON.stringify(names))));
}

const encoder = new TextEncoder();
const ascii = new Uint8Array(256);

/** The bytes of a text. Short plain ones, that is nearly all names, are written to a shared buffer: faster than an encoder. */
function utf8(text: string): Uint8Array {
  if (text.length > ascii.length) return encoder.encode(text);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return encoder.encode(text);
    ascii[i] = code;
  }
  return ascii.subarray(0, text.length);
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

  /** Fills `numbers` with what as many calls of {@linkcode uniform} would give; several times faster for many. */
  fillUniform(numbers: Float64Array): void {
    // The state in local variables: the fields are read and written once, not for each number.
    let a = this.#a, b = this.#b, c = this.#c, d = this.#d;
    for (let i = 0; i < numbers.length; i++) {
      const high = Math.imul(rotl(Math.imul(b, 5), 7), 9) >>> 5;
      let t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = rotl(d, 11);
      const low = Math.imul(rotl(Math.imul(b, 5), 7), 9) >>> 6;
      t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = rotl(d, 11);
      numbers[i] = (high * 67108864 + low) / 9007199254740992;
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
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
  let h1 = 0, h2 = 0, h3 = 0, h4 = 0;
  const whole = bytes.length & ~15;
  for (let at = 0; at < whole; at += 16) {
    h1 ^= scrambled(wordAt(bytes, at), C1, 15, C2);
    h1 = Math.imul(rotl(h1, 19) + h2, 5) + 0x561ccd1b | 0;
    h2 ^= scrambled(wordAt(bytes, at + 4), C2, 16, C3);
    h2 = Math.imul(rotl(h2, 17) + h3, 5) + 0x0bcaa747 | 0;
    h3 ^= scrambled(wordAt(bytes, at + 8), C3, 17, C4);
    h3 = Math.imul(rotl(h3, 15) + h4, 5) + 0x96cd1c35 | 0;
    h4 ^= scrambled(wordAt(bytes, at + 12), C4, 18, C1);
    h4 = Math.imul(rotl(h4, 13) + h1, 5) + 0x32ac3b17 | 0;
  }
  // Behind the end stand zeros, which scramble to 0.
  h1 ^= scrambled(wordAt(bytes, whole), C1, 15, C2) ^ bytes.length;
  h2 ^= scrambled(wordAt(bytes, whole + 4), C2, 16, C3) ^ bytes.length;
  h3 ^= scrambled(wordAt(bytes, whole + 8), C3, 17, C4) ^ bytes.length;
  h4 ^= scrambled(wordAt(bytes, whole + 12), C4, 18, C1) ^ bytes.length;
  h1 = h1 + h2 + h3 + h4 | 0;
  h2 = finished(h2 + h1);
  h3 = finished(h3 + h1);
  h4 = finished(h4 + h1);
  h1 = finished(h1);
  h1 = h1 + h2 + h3 + h4 | 0;
  return [h1 >>> 0, (h2 + h1) >>> 0, (h3 + h1) >>> 0, (h4 + h1) >>> 0];
}

const C1 = 0x239b961b, C2 = 0xab0e9789, C3 = 0x38b34ae5, C4 = 0xa1e38b93;

/** Four bytes from `at` as a little-endian word, zeros behind the end. */
function wordAt(bytes: Uint8Array, at: number): number {
  if (at + 4 <= bytes.length) {
    return bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
  }
  let word = 0;
  for (let i = 0; at + i < bytes.length; i++) word |= bytes[at + i]! << 8 * i;
  return word;
}

function scrambled(word: number, first: number, bits: number, second: number): number {
  return Math.imul(rotl(Math.imul(word, first), bits), second);
}

function finished(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
