/**
 * What the two gradients of a preference pair have to do with each other.
 *
 * Begin with `laws.ts`: from three inner products to what one step does to both log-probabilities. `pair_gradients.ts`
 * computes the gradients, `parameter_subset.ts` restricts them to some tensors, `token_matrix.ts` looks at single tokens,
 * `report.ts` puts prediction and observed change side by side for every pair and loss.
 *
 * @module
 */
export {
  adamDiagonal,
  band,
  batchChanges,
  type Case,
  caseOf,
  type Change,
  condition,
  cosine,
  dot,
  type GradientPair,
  type InnerProducts,
  innerProducts,
  predictedChange,
  squaredNorm,
  type Vector,
  type Weights,
} from "./laws.ts";
export {
  type GradientSource,
  type PairGradients,
  pairGradients,
  tokenGradients,
} from "./pair_gradients.ts";
export { parameterSubset, restricted, subsetNames } from "./parameter_subset.ts";
export {
  lastLayerMatrix,
  type LastLayerToken,
  lastLayerTokens,
  type TokenMatrix,
  tokenMatrix,
} from "./token_matrix.ts";
export {
  entanglementReport,
  type EntanglementRow,
  observedChange,
  type ReportOptions,
  type ReportSummary,
  summariseReport,
} from "./report.ts";
export { reportCsv, ReportFile, type ReportKey } from "./report_file.ts";
