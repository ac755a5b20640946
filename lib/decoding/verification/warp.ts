/**
 * From logits to the distribution that is sampled: temperature, top-k, top-p, greedy.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { softmax } from "./distribution.ts";
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
 * first. Costs O(V) on average: the cut is found by selection, not by sorting.
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
    const probabilities = softmax(temperature === 1 ? logits : cooled(logits, temperature));
    if (topK >= logits.length && topP === 1) return probabilities;
    const order = identity(logits.length);
    let kept = order.length;
    if (topK < kept) {
      kept = topK <= FEW
        ? fewLargest(order, logits, topK)
        : select(order, logits, kept, () => 1, topK);
    }
    if (topP < 1) {
      let mass = 0;
      for (let i = 0; i < kept; i++) mass += probabilities[order[i]!]!;
      kept = select(order, logits, kept, (token) => probabilities[token]!, topP * mass);
    }
    let sum = 0;
    for (let i = 0; i < kept; i++) sum += probabilities[order[i]!]!;
    const scale = 1 / sum;
    for (let i = 0; i < kept; i++) probabilities[order[i]!]! *= scale;
    for (let i = kept; i < order.length; i++) probabilities[order[i]!] = 0;
    return probabilities;
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

/** Up to this many tokens a sorted list beats selection. */
const FEW = 128;

/** Reorders `order`, which counts from 0, so that the `count` largest logits come first, and returns `count`. */
function fewLargest(order: Uint32Array, logits: Float32Array, count: number): number {
  const kept: number[] = [];
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!;
    if (kept.length === count && !(logit > logits[kept[count - 1]!]!)) continue;
    if (kept.length === count) kept.pop();
    let at = kept.length;
    while (at > 0 && logit > logits[kept[at - 1]!]!) at--;
    kept.splice(at, 0, token);
  }
  const first = new Set(kept);
  let rest = count;
  for (let token = 0; token < logits.length; token++) if (!first.has(token)) order[rest++] = token;
  order.set(kept);
  return count;
}

let counting = new Uint32Array(0);

/** 0, 1, … in an array of its own: a copy, for filling one anew takes as long as a softmax. */
function identity(size: number): Uint32Array {
  if (counting.length < size) counting = Uint32Array.from({ length: size }, (_, i) => i);
  return counting.slice(0, size);
}

/** `(logit − max) / temperature` in float64, which cannot overflow upwards. */
function cooled(logits: Float32Array, temperature: number): Float64Array {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > largest) largest = logits[i]!;
  if (largest === -Infinity) return Float64Array.from(logits);
  // A plain loop: the mapping form of `from` takes longer than the softmax that follows.
  const result = new Float64Array(logits.length);
  for (let i = 0; i < result.length; i++) result[i] = (logits[i]! - largest) / temperature;
  return result;
}

/**
 * Quickselect by weight: reorders the first `count` of `order` so that the fewest largest logits whose
 * weights sum to `enough` come first, and returns how many they are, at least 1.
 */
function select(
  order: Uint32Array,
  logits: Float32Array,
  count: number,
  weight: (token: number) => number,
  enough: number,
): number {
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
      left += weight(token);
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
      mass += left + weight(pivot);
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
