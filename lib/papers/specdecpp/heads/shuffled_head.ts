/**
 * The control: a trained head that reads the numbers of its hidden states in a wrong order.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import { type AcceptanceHead, headPredictor } from "offprint/decoding/heads/mod.ts";
import type { AcceptancePredictor } from "offprint/decoding/policies/mod.ts";

/** A random order of the `size` numbers of a hidden state, fixed by the seed. */
export function shuffledOrder(size: number, seed: number): number[] {
  return stream(seed, "shuffled head").shuffle(Array.from({ length: size }, (_, i) => i));
}

/** States `[count, order.length]` with the numbers of each in another order. */
export function shuffledStates(states: Float32Array, order: readonly number[]): Float32Array {
  const width = order.length;
  return states.map((_, at) => states[at - at % width + order[at % width]!]!);
}

/** A predictor with the head's weights that knows nothing: its input is in a wrong order. */
export function shuffledPredictor(head: AcceptanceHead, seed: number): AcceptancePredictor {
  const order = shuffledOrder(head.config.hiddenSize, seed);
  const predictor = headPredictor(head);
  return {
    ...predictor,
    name: `shuffled ${predictor.name}`,
    begin(start) {
      const run = predictor.begin(start);
      return {
        ...run,
        predict(round, index) {
          const hidden: Float32Array[] = [];
          hidden[index] = shuffledStates(round.hidden[index]!, order);
          return run.predict({ ...round, hidden }, index);
        },
      };
    },
  };
}
