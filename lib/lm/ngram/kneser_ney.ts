/**
 * Interpolated Kneser–Ney smoothing (Chen and Goodman, 1999, eq. 22 with one discount per order):
 * exact next-token probabilities of an n-gram model.
 *
 * @module
 */
import { NgramCounts, NONE } from "./ngram_counts.ts";
import type { Tokens } from "../interface/language_model.ts";

/**
 * The interpolated Kneser–Ney distribution of an order.
 *
 * With `c` the count of an n-gram at the highest order and the number of its different predecessors
 * below it,
 * `p(w | h) = max(c(hw) − D, 0) / c(h·) + D · N(h·) / c(h·) · p(w | h′)`,
 * where `h′` is `h` without its first token, `N(h·)` the number of different tokens after `h`, and
 * `p(w | ε′) = 1/V` ends the recursion. A context that never occurred passes on to `h′` whole.
 */
export class KneserNey {
  readonly counts: NgramCounts;
  readonly order: number;
  /** The discount of each order, `n₁ / (n₁ + 2 n₂)`; index 0 is unused. */
  readonly discounts: readonly number[];
  /** Per node: the sum of its children's counts in this model, and how many are above 0. */
  readonly #totals: Float64Array;
  readonly #followers: Int32Array;

  /**
   * @param order at most the counts' own; the default.
   * @throws {RangeError} when the order is not in `[1, counts.order]`.
   */
  constructor(counts: NgramCounts, order = counts.order) {
    if (!Number.isInteger(order) || order < 1 || order > counts.order) {
      throw new RangeError(
        `KneserNey: got order ${order}, expected a whole number in [1, ${counts.order}]`,
      );
    }
    this.counts = counts;
    this.order = order;
    const nodes = counts.raw.length;
    this.#totals = new Float64Array(nodes);
    this.#followers = new Int32Array(nodes);
    const once = new Float64Array(order + 1);
    const twice = new Float64Array(order + 1);
    for (let node = 0; node < nodes; node++) {
      if (counts.depth[node]! >= order) continue;
      for (let i = counts.first[node]!; i < counts.first[node + 1]!; i++) {
        const count = this.#count(counts.childNode[i]!);
        if (count === 0) continue;
        this.#totals[node]! += count;
        this.#followers[node]!++;
        const depth = counts.depth[node]! + 1;
        if (count === 1) once[depth]!++;
        if (count === 2) twice[depth]!++;
      }
    }
    // Texts too small for the estimate have n₁ or n₂ zero: stay inside (0, 1), so that nothing known
    // is lost and nothing new is impossible.
    this.discounts = Array.from(once, (n1, n) => {
      const estimate = n1 / (n1 + 2 * twice[n]!);
      return Number.isFinite(estimate) ? Math.min(0.95, Math.max(0.05, estimate)) : 0.5;
    });
  }

  /** `p(· | context)`, `vocabSize` values that sum to 1; only the last `order − 1` tokens count. */
  probabilities(context: Tokens): Float64Array {
    const { counts } = this;
    const result = new Float64Array(counts.vocabSize).fill(1 / counts.vocabSize);
    this.#eachLevel(context, (node, discount) => {
      const total = this.#totals[node]!;
      const passedOn = discount * this.#followers[node]! / total;
      for (let w = 0; w < result.length; w++) result[w]! *= passedOn;
      for (let i = counts.first[node]!; i < counts.first[node + 1]!; i++) {
        const count = this.#count(counts.childNode[i]!);
        if (count > 0) result[counts.childToken[i]!]! += (count - discount) / total;
      }
    });
    return result;
  }

  /** `p(token | context)`, without the rest of the distribution. */
  probability(context: Tokens, token: number): number {
    const { counts } = this;
    let result = 1 / counts.vocabSize;
    this.#eachLevel(context, (node, discount) => {
      const total = this.#totals[node]!;
      const child = counts.child(node, token);
      const count = child === NONE ? 0 : this.#count(child);
      result = Math.max(count - discount, 0) / total +
        discount * this.#followers[node]! / total * result;
    });
    return result;
  }

  /** Visits the contexts that occurred, from the empty one to the longest. */
  #eachLevel(context: Tokens, visit: (node: number, discount: number) => void): void {
    const padded: number[] = [];
    for (let i = context.length - (this.order - 1); i < context.length; i++) {
      padded.push(i < 0 ? this.counts.bos : context[i]!);
    }
    for (let length = 0; length < this.order; length++) {
      const node = this.counts.find(padded.slice(padded.length - length));
      // A longer context than one that never occurred has not occurred either.
      if (node === NONE || this.#totals[node] === 0) return;
      visit(node, this.discounts[length + 1]!);
    }
  }

  /** The count of a node in this model: raw at the highest order, different predecessors below. */
  #count(node: number): number {
    const { depth, raw, preceded } = this.counts;
    return depth[node] === this.order ? raw[node]! : preceded[node]!;
  }
}
