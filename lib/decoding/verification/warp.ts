/**
 * From logits to the distribution that is sampled: temperature, top-k, top-p, greedy.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { cooledSoftmax, noDistribution, zeros } from "./distribution.ts";
import { checkWhole } from "./option_checks.ts";

/**
 * Logits to the distribution that is sampled: softmax, or softmax after temperature, top-k, … A decoder
 * takes one for each model, since verification must use the distributions that are really sampled.
 */
export type Warp = (logits: Float32Array) => Float64Array;

/** How {@linkcode warp} sharpens and cuts. The cuts apply one after the other: top-k, then top-p of what is left. */
export interface WarpOptions {
  /** Logits are divided by it. 0 is greedy: everything on the largest logit. Default 1. */
  temperature?: number;
  /** Keep the k largest logits. Default: all. */
  topK?: number;
  /** Keep the most likely tokens until their mass reaches this share, in (0, 1]. Default 1: all. */
  topP?: number;
}

/**
 * Builds a warp. It returns the distribution *after* all cuts, which is what verification must compare:
 * cut tokens have probability 0 exactly, the rest sums to 1. Of equal logits the lower token ids come
 * first. Costs O(V) on average: cuts are found by selection, not by sorting, and with `topK` only what is
 * kept is exponentiated.
 *
 * @throws {UserError} for a temperature below 0, a `topK` that is not a whole number above 0 or a `topP` outside (0, 1].
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { warp } from "offprint/decoding/verification/mod.ts";
 *
 * const logits = Float32Array.of(0, 1, 1, -Infinity);
 * assertEquals([...warp({ temperature: 0 })(logits)], [0, 1, 0, 0]);
 * assertEquals([...warp({ topK: 2 })(logits)], [0, 0.5, 0.5, 0]);
 * assertEquals([...warp({ topP: 0.4 })(logits)], [0, 1, 0, 0]);
 * ```
 */
export function warp(options: WarpOptions = {}): Warp {
  const { temperature = 1, topK = Infinity, topP = 1 } = options;
  if (!(temperature >= 0 && temperature < Infinity)) {
    throw outOfRange("temperature", temperature, "a number of at least 0", 0.7);
  }
  checkWhole("topK", topK, 1, true);
  if (!(topP > 0 && topP <= 1)) throw outOfRange("topP", topP, "a number in (0, 1]", 0.9);
  if (temperature === 0) return greedy;
  return (logits) => {
    if (topK < logits.length) return cutToFew(logits, temperature, topK, topP);
    if (topP < 1) return cutToMass(logits, temperature, topP);
    return cooledSoftmax(logits, temperature);
  };
}

/** All probability on the largest logit, the first where several are equal: temperature 0. */
export const greedy: Warp = (logits) => {
  let best = 0;
  for (let token = 1; token < logits.length; token++) {
    if (logits[token]! > logits[best]!) best = token;
  }
  const probabilities = new Float64Array(logits.length);
  probabilities[best] = 1;
  return probabilities;
};

/** Arrays that calls share, of the longest logits so far; a call leaves nothing in them for the next. */
let tokens = new Uint32Array(0);
let weights = new Float64Array(0);

function makeRoom(size: number): void {
  if (tokens.length >= size) return;
  tokens = new Uint32Array(size);
  weights = new Float64Array(size);
}

/** The `topK` largest logits, cut to a share of their mass. */
function cutToFew(
  logits: Float32Array,
  temperature: number,
  topK: number,
  topP: number,
): Float64Array {
  makeRoom(logits.length);
  let kept = topK <= FEW ? fewLargest(logits, topK) : manyLargest(logits, topK);
  let largest = -Infinity;
  for (let i = 0; i < kept; i++) largest = Math.max(largest, logits[tokens[i]!]!);
  let mass = 0;
  for (let i = 0; i < kept; i++) {
    const token = tokens[i]!;
    mass += weights[token] = Math.exp((logits[token]! - largest) / temperature);
  }
  if (!(mass >= 1)) throw noDistribution(logits.length, largest);
  if (topP < 1) kept = select(logits, kept, weights, topP * mass);
  return scaled(logits.length, kept);
}

/** A share of the mass of all tokens. */
function cutToMass(logits: Float32Array, temperature: number, topP: number): Float64Array {
  const size = logits.length;
  makeRoom(size);
  let largest = -Infinity;
  for (let i = 0; i < size; i++) if (logits[i]! > largest) largest = logits[i]!;
  let mass = 0;
  for (let i = 0; i < size; i++) {
    mass += weights[i] = Math.exp((logits[i]! - largest) / temperature);
  }
  if (!(mass >= 1)) throw noDistribution(size, largest);
  // All tokens below `least` together have less than what is cut anyway.
  const least = (1 - topP) * mass / size * (1 - 1e-6);
  let likely = 0;
  for (let i = 0; i < size; i++) if (weights[i]! >= least) tokens[likely++] = i;
  return scaled(size, select(logits, likely, weights, topP * mass));
}

/** The distribution of the first `kept` of `tokens` by their `weights`. */
function scaled(size: number, kept: number): Float64Array {
  let sum = 0;
  for (let i = 0; i < kept; i++) sum += weights[tokens[i]!]!;
  const probabilities = zeros(size);
  for (let i = 0; i < kept; i++) probabilities[tokens[i]!] = weights[tokens[i]!]! / sum;
  return probabilities;
}

/** Up to this many tokens a sorted list beats selection. */
const FEW = 128;
const values = new Float32Array(FEW);

/**
 * Puts the `count` largest logits first in `tokens`, the largest first, and returns how many there are:
 * fewer where others are `-Infinity`.
 */
function fewLargest(logits: Float32Array, count: number): number {
  let kept = 0;
  let least = -Infinity;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!;
    if (!(logit > least)) {
      if (Number.isNaN(logit)) throw noDistribution(logits.length, NaN);
      continue;
    }
    let at = kept < count ? kept++ : count - 1;
    for (; at > 0 && logit > values[at - 1]!; at--) {
      values[at] = values[at - 1]!;
      tokens[at] = tokens[at - 1]!;
    }
    values[at] = logit;
    tokens[at] = token;
    if (kept === count) least = values[count - 1]!;
  }
  return kept;
}

/** The same for more tokens, in any order. */
function manyLargest(logits: Float32Array, count: number): number {
  let finite = 0;
  for (let token = 0; token < logits.length; token++) {
    if (Number.isNaN(logits[token]!)) throw noDistribution(logits.length, NaN);
    weights[token] = 1;
    if (logits[token]! > -Infinity) tokens[finite++] = token;
  }
  return count < finite ? select(logits, finite, weights, count) : finite;
}

/**
 * Quickselect by weight: reorders the first `count` of `tokens` so that the fewest largest logits whose
 * weights sum to `enough` come first, and returns how many they are, at least 1.
 */
function select(
  logits: Float32Array,
  count: number,
  weights: Float64Array,
  enough: number,
): number {
  const order = tokens;
  const before = (a: number, b: number): boolean =>
    logits[a]! > logits[b]! || (logits[a]! === logits[b]! && a < b);
  let low = 0;
  let high = count;
  let mass = 0;
  while (low < high) {
    const pivot = medianOfThree(order[low]!, order[(low + high) >>> 1]!, order[high - 1]!, before);
    let middle = low;
    let left = 0;
    let at = low;
    for (let i = low; i < high; i++) {
      const token = order[i]!;
      // The pivot moves while others are exchanged; its place is needed in the end.
      if (token === pivot) at = i;
      if (!before(token, pivot)) continue;
      left += weights[token]!;
      order[i] = order[middle]!;
      order[middle] = token;
      if (at === middle) at = i;
      middle++;
    }
    order[at] = order[middle]!;
    order[middle] = pivot;
    if (middle > low && mass + left >= enough) {
      high = middle;
    } else {
      mass += left + weights[pivot]!;
      low = middle + 1;
      if (mass >= enough) break;
    }
  }
  return Math.max(1, low);
}

function medianOfThree(
  a: number,
  b: number,
  c: number,
  before: (a: number, b: number) => boolean,
): number {
  if (before(a, b) === before(b, c)) return b;
  return before(a, b) === before(a, c) ? c : a;
}

function outOfRange(what: string, got: number, expected: string, example: number): UserError {
  return new UserError({ what, got, expected, todo: `Give for example ${example}.` });
}
