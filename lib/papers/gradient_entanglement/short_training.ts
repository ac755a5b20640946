/**
 * One short training of paper 04's policy with a given loss: what a sweep repeats, and what a loss of one's own is tried with.
 *
 * @module
 */
import { checkNumber } from "offprint/errors.ts";
import type { PairLoss } from "offprint/preference/losses/mod.ts";
import { marginMethod, trainPreference } from "offprint/preference/training/mod.ts";
import { runPairs } from "./experiment.ts";
import { ADAMW, policyConfig, supervisedStart } from "./policy.ts";
import { changeOf } from "./results.ts";

/** Pairs of a step. */
const BATCH = 8;

/**
 * Trains with a loss of the two log-probabilities, and says how far those of chosen and rejected answers move, in nats, on pairs
 * that were not trained on.
 *
 * @param options.words Words in which both answers end alike, from 0 to 11. Default 11.
 * @param options.steps Steps of eight pairs. Default 40.
 * @throws {UserError} for numbers of words or steps that there cannot be.
 *
 * @example
 * ```ts ignore
 * import { numericLoss } from "offprint/preference/losses/mod.ts";
 * import { trainShortly } from "offprint/papers/gradient_entanglement/mod.ts";
 *
 * // DPO without a reference, in which the rejected answer counts half.
 * const half = numericLoss("half", ({ chosen, rejected }) => Math.log1p(Math.exp(0.1 * (rejected / 2 - chosen))));
 * console.log(await trainShortly(half, { words: 11, seed: 1 }));
 * ```
 */
export async function trainShortly(
  loss: PairLoss,
  { words = 11, steps = 40, seed }: { words?: number; steps?: number; seed: number },
): Promise<{ "Δ chosen": number; "Δ rejected": number }> {
  checkNumber("steps", steps, { least: 1, whole: true });
  const { train, test } = runPairs({ suffix: words, noise: 0, seed });
  const config = policyConfig();
  const start = await supervisedStart({ config, pairs: train, seed, steps: 30, batch: 16 });
  const { curve } = await trainPreference({
    config,
    start,
    method: marginMethod(loss),
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
