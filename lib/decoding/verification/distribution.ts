/**
 * Next-token distributions in float64: softmax, total variation, the residual, and drawing from one.
 * A distribution over `V` tokens is a `Float64Array` of length `V`.
 *
 * @module
 */

import { Described, UserError } from "offprint/errors.ts";

/** A residual of less mass than this is rounding noise: the two distributions are equal. */
const RESIDUAL_FLOOR = 1e-12;

/** Doubles in a slab, and the largest distribution that is cut from one. */
const SLAB = 512;
const SMALL = 32;
let slab = new ArrayBuffer(8 * SLAB);
let used = 0;

/**
 * `size` zeros. Small ones are views of a shared slab, never handed out twice: V8 takes 0.3 µs to allocate
 * a typed array and 0.015 µs to make a view, and decoding a small chain allocates little else.
 */
export function zeros(size: number): Float64Array {
  if (size > SMALL) return new Float64Array(size);
  if (used + size > SLAB) {
    slab = new ArrayBuffer(8 * SLAB);
    used = 0;
  }
  const view = new Float64Array(slab, 8 * used, size);
  used += size;
  return view;
}

/**
 * Probabilities of `V` logits. `-Infinity` gives probability 0.
 *
 * @throws {RangeError} when the logits hold NaN or `+Infinity`, or none is above `-Infinity`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { softmax } from "offprint/decoding/verification/mod.ts";
 *
 * assertEquals([...softmax([1, 1, -Infinity])], [0.5, 0.5, 0]);
 * ```
 */
export function softmax(logits: ArrayLike<number>): Float64Array {
  return cooledSoftmax(logits, 1);
}

/** {@linkcode softmax} of `(logits − max) / temperature`, which cannot overflow upwards. */
export function cooledSoftmax(logits: ArrayLike<number>, temperature: number): Float64Array {
  const size = logits.length;
  let largest = -Infinity;
  for (let i = 0; i < size; i++) if (logits[i]! > largest) largest = logits[i]!;
  const probabilities = zeros(size);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const weight = Math.exp((logits[i]! - largest) / temperature);
    probabilities[i] = weight;
    sum += weight;
  }
  if (!(sum >= 1)) throw noDistribution(size, largest);
  const scale = 1 / sum;
  for (let i = 0; i < size; i++) probabilities[i]! *= scale;
  return probabilities;
}

/** The error for logits that no distribution can be made of. */
export function noDistribution(size: number, largest: number): RangeError {
  return new RangeError(
    `softmax: got ${size} logits of maximum ${largest} with NaN or no finite value among them, expected numbers`,
  );
}

/** How far a typed-in distribution's sum may lie from 1. */
const SUM_TOLERANCE = 1e-9;

/**
 * A distribution that somebody typed in, checked where it enters.
 *
 * @param name What it is, for the message.
 * @param probabilities [V], each at least 0, with sum 1.
 * @throws {UserError} when one is negative or no number, or the sum is not 1.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { distribution } from "offprint/decoding/verification/mod.ts";
 *
 * assertEquals([...distribution("draft", [0.25, 0.75])], [0.25, 0.75]);
 * assertThrows(() => distribution("draft", [0.5, 0.8]));
 * ```
 */
export function distribution(name: string, probabilities: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(probabilities);
  const wrong = values.findIndex((value) => !(value >= 0) || value === Infinity);
  if (wrong >= 0) {
    throw new UserError({
      what: `${name}: probability ${wrong + 1} of ${values.length}`,
      got: values[wrong],
      expected: "a number from 0 to 1",
    });
  }
  const sum = values.reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE) {
    throw new UserError({
      what: name,
      got: new Described(`${values.length} probabilities with sum ${Number(sum.toPrecision(12))}`),
      expected: "a distribution: the sum must be 1",
      todo: "Change another probability as well.",
    });
  }
  return values;
}

/**
 * Total variation `½ Σ |p(x) − q(x)|`, from 0 (equal) to 1 (no common token).
 *
 * @throws {RangeError} when the lengths differ.
 */
export function totalVariation(p: ArrayLike<number>, q: ArrayLike<number>): number {
  if (p.length !== q.length) {
    throw new RangeError(
      `totalVariation: got ${p.length} and ${q.length} probabilities, expected as many`,
    );
  }
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.abs(p[i]! - q[i]!);
  return sum / 2;
}

/**
 * The residual `[q − p]₊`: the positive part of `target − draft`, scaled to sum 1. It is what a
 * rejection samples from (paper 02, Algorithm 1). Where the two are equal up to rounding it is 0/0;
 * then a copy of `target` is returned.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { residual } from "offprint/decoding/verification/mod.ts";
 *
 * const target = Float64Array.of(0.25, 0.75), draft = Float64Array.of(0.75, 0.25);
 * assertEquals([...residual(target, draft)], [0, 1]);
 * ```
 */
export function residual(target: ArrayLike<number>, draft: ArrayLike<number>): Float64Array {
  const size = target.length;
  const positive = zeros(size);
  let mass = 0;
  for (let i = 0; i < size; i++) {
    // Without a branch: which of two distributions is larger at a token cannot be foreseen.
    const excess = Math.max(target[i]! - draft[i]!, 0);
    positive[i] = excess;
    mass += excess;
  }
  if (mass < RESIDUAL_FLOOR) return Float64Array.from(target);
  const scale = 1 / mass;
  for (let i = 0; i < size; i++) positive[i]! *= scale;
  return positive;
}

/**
 * The token at `u ∈ [0, 1)` of the distribution function. What rounding leaves over at the end goes to
 * the last token of positive probability, so a token of probability 0 is never drawn.
 */
export function tokenAt(distribution: ArrayLike<number>, u: number): number {
  let rest = u;
  let last = 0;
  for (let token = 0; token < distribution.length; token++) {
    const probability = distribution[token]!;
    if (probability <= 0) continue;
    rest -= probability;
    if (rest < 0) return token;
    last = token;
  }
  return last;
}
