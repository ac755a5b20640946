/**
 * Losses of one preference pair: what a pair's log-probabilities are worth, and the slopes towards both.
 *
 * Begin with `PairLoss` in `pair_loss.ts`: from the statistics of a pair to a loss with its two weights.
 * `margin_losses.ts` has those of the margin alone (DPO and its kin), `reference_free_losses.ts` those without a reference
 * model, `separable_losses.ts` those that look at each response by itself. `loss_options.ts` has label smoothing and
 * others; `standard_losses.ts` finds a loss by its name.
 *
 * What becomes of a loss in training is the business of `training`.
 *
 * @module
 */
export {
  type Context,
  type LossTerms,
  type PairLoss,
  type PairStatistics,
  referenceMargin,
} from "./pair_loss.ts";
export { dpo, dpop, hingeDpo, ipo, rDpo } from "./margin_losses.ts";
export { cpo, orpo, rrhf, simpo, slicHf } from "./reference_free_losses.ts";
export { kto, sppo } from "./separable_losses.ts";
export { exchanged, labelSmoothing, numericLoss, softLabelTerms } from "./loss_options.ts";
export { LOSS_NAMES, lossByName, type LossOptions, standardLosses } from "./standard_losses.ts";
