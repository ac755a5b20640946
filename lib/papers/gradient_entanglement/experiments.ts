/**
 * Experiments of paper 04 that a sweep can run: in a cell of the notebook, and by `deno task sweep 04`.
 *
 * @module
 */
import { lossByName } from "offprint/preference/losses/mod.ts";
import { marginMethod, trainPreference } from "offprint/preference/training/mod.ts";
import { runPairs } from "./experiment.ts";
import { ADAMW, policyConfig, supervisedStart } from "./policy.ts";
import { changeOf } from "./results.ts";

/** A short training on pairs of one kind. */
export interface ShortTraining {
  /** Words in which both answers end alike, from 0 to 11. */
  words?: number;
  /** Name of a loss: dpo, cpo, simpo, ipo, slic-hf, … */
  loss?: string;
  /** Steps of eight pairs. */
  steps?: number;
}

/** Pairs of a step. */
const BATCH = 8;

/**
 * How far the log-probabilities of chosen and rejected answers move, in nats, on pairs that were not trained on.
 *
 * @throws {UserError} for a loss that does not exist.
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
  const { train, test } = runPairs({ suffix: words, noise: 0, seed });
  const config = policyConfig();
  const start = await supervisedStart({ config, pairs: train, seed, steps: 30, batch: 16 });
  const { curve } = await trainPreference({
    config,
    start,
    method: marginMethod(lossByName(loss)),
    // Each pair once: no others need a reference.
    train: train.slice(0, BATCH * steps),
    evaluation: test.slice(0, 32),
    settings: {
      batch: BATCH,
      schedule: { peak: 3e-4, warmUp: 1, steps, floor: 1 },
      optimizer: ADAMW,
      evaluateEvery: steps,
      seed,
    },
  });
  const { chosen, rejected } = changeOf({ curve });
  return { "Δ chosen": chosen, "Δ rejected": rejected };
}
