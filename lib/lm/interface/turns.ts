/**
 * Passes that are asked for together are run one after the other.
 *
 * @module
 */

/** Runs work in the order in which it was asked for; a failure holds nothing up. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` after all that was asked for before it. */
  take<T>(work: () => Promise<T>): Promise<T> {
    return Turns.takeAll([this], work);
  }

  /** Runs `work` after all that was asked for of any of `turns`, and before all that will be. */
  static takeAll<T>(turns: readonly Turns[], work: () => Promise<T>): Promise<T> {
    const before = turns.length === 1
      ? turns[0]!.#last
      : Promise.all(turns.map((one) => one.#last));
    const result = before.then(work);
    const done = result.catch(() => {});
    for (const one of turns) one.#last = done;
    return result;
  }
}
