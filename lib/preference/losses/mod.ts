/** Preference losses of one pair, with their slopes. @module */
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
