/** The entanglement of a pair's two gradients: laws, report, token matrix. @module */
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
