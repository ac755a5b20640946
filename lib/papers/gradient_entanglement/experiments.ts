/**
 * Experiments of paper 04 that a sweep can run: in a cell of the notebook, and by `deno task sweep 04`.
 *
 * @module
 */
import { lossByName } from "offprint/preference/losses/mod.ts";
import { trainShortly } from "./short_training.ts";

/** A short training on pairs of one kind. */
export interface ShortTraining {
  /** Words in which both answers end alike, from 0 to 11. */
  words?: number;
  /** Name of a loss: dpo, cpo, simpo, ipo, slic-hf, … */
  loss?: string;
  /** Steps of eight pairs. */
  steps?: number;
}

/**
 * How far the log-probabilities of chosen and rejected answers move, in nats, on pairs that were not trained on.
 *
 * @throws {UserError} for a loss that does not exist, and for numbers of words or steps that there cannot be.
 *
 * @example
 * ```ts ignore
 * import { shortTraining } from "offprint/papers/gradient_entanglement/experiments.ts";
 *
 * console.log(await shortTraining({ words: 11, loss: "dpo" }, 1));
 * ```
 */
export async function shortTraining(
  { words = 11, loss = "dpo", steps = 40 }: ShortTraining,
  seed: number,
): Promise<{ "Δ chosen": number; "Δ rejected": number }> {
  return await trainShortly(lossByName(loss), { words, steps, seed });
}
