/**
 * Learning from preferences: the front door, with what most programs need. Everything else is in a room of
 * its own:
 *
 * | room | what is there |
 * |---|---|
 * | `losses` | losses of one pair, a chosen and a rejected response |
 * | `pairs` | from files of pairs to tokens, batches and log-probabilities |
 * | `training` | methods of training on pairs, the loop, curves, recipes |
 * | `reward` | reward models |
 * | `entanglement` | what the two gradients of a pair have to do with each other |
 * | `sail` | pairs that come from the policy in training |
 *
 * Import a room as `offprint/preference/ROOM/mod.ts`. The results of papers 04 and 09 are in `papers`.
 *
 * @module
 */
export { band, type Change, predictedChange } from "./entanglement/laws.ts";
export type { PairLoss } from "./losses/pair_loss.ts";
export { lossByName } from "./losses/standard_losses.ts";
export { type PreferencePair, readPairs } from "./pairs/pair.ts";
export { trainPreference } from "./training/trainer.ts";
