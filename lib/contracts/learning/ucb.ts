/**
 * Upper confidence bounds over a few arms.
 *
 * @module
 */

/** Arms with running means; picks by `mean + range·√(ln T / 2N)`, untried arms first. */
export class UpperConfidence {
  readonly counts: Int32Array;
  readonly means: Float64Array;
  readonly #ranges: Float64Array;
  readonly #width: number;

  /** @param ranges largest less smallest possible profit of each arm @param horizon T */
  constructor(ranges: ArrayLike<number>, horizon: number) {
    this.#ranges = Float64Array.from(ranges);
    this.counts = new Int32Array(ranges.length);
    this.means = new Float64Array(ranges.length);
    this.#width = Math.log(horizon) / 2;
  }

  /** The arm to pull next; the smallest index among equals. */
  pick(): number {
    let best = 0, bestIndex = -Infinity;
    for (let arm = 0; arm < this.counts.length; arm++) {
      const count = this.counts[arm]!;
      if (count === 0) return arm;
      const index = this.means[arm]! + this.#ranges[arm]! * Math.sqrt(this.#width / count);
      if (index > bestIndex) {
        best = arm;
        bestIndex = index;
      }
    }
    return best;
  }

  /** Enters an observed profit. */
  update(arm: number, profit: number): void {
    const count = ++this.counts[arm]!;
    this.means[arm]! += (profit - this.means[arm]!) / count;
  }
}
