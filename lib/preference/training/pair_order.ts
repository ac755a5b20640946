/**
 * In which order pairs are trained on.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";

/** Whole epochs in random order; what is left of an epoch below one batch is left out. */
export class PairOrder {
  readonly #pairs: number;
  readonly #batch: number;
  readonly #seed: number;
  #epoch = -1;
  #order: number[] = [];

  /**
   * @param what is trained, for messages.
   * @throws {UserError} for a batch that is no number of pairs, and when there are fewer pairs than one batch.
   */
  constructor(
    what: string,
    { pairs, batch, seed }: { pairs: number; batch: number; seed: number },
  ) {
    if (!(Number.isInteger(batch) && batch >= 1)) {
      throw new UserError({
        what: `training ${what}: batch`,
        got: batch,
        expected: "a whole number of pairs, at least 1",
      });
    }
    if (pairs < batch) {
      throw new UserError({
        what: `training ${what}`,
        got: new Described(`${pairs} pairs`),
        expected: `at least one batch of ${batch}`,
      });
    }
    this.#pairs = pairs;
    this.#batch = batch;
    this.#seed = seed;
  }

  /** The places of the pairs of step `step`, counted from 1. */
  indicesOf(step: number): number[] {
    const perEpoch = Math.floor(this.#pairs / this.#batch);
    const epoch = Math.floor((step - 1) / perEpoch);
    if (epoch !== this.#epoch) {
      const all = Array.from({ length: this.#pairs }, (_, i) => i);
      this.#order = stream(this.#seed, "pairs", epoch).shuffle(all);
      this.#epoch = epoch;
    }
    const at = ((step - 1) % perEpoch) * this.#batch;
    return this.#order.slice(at, at + this.#batch);
  }
}
