/**
 * Preference learning whose data come from the policy that it changes (SAIL, paper 09).
 *
 * Begin with `pair_terms.ts`: the three terms of the gradient at one pair. `routes.ts` says where pairs come from and in
 * which shares. For a handful of responses `exact.ts` sums everything (`tabular.ts` has the policies, `ascent.ts` goes up
 * the gradient, `estimators.ts` draws samples of it).
 *
 * For a language model `online_method.ts` makes of it a method that `trainPreference` trains with: `responses.ts` draws from
 * the policy of the step, `labellers.ts` says who labels and who evaluates (`judge.ts` asks a language model), `step_weights.ts` is the arithmetic, `record.ts`
 * what is written down about every pair, `metrics.ts` what is read out of it.
 *
 * @module
 */
export {
  type GradientMode,
  implicitMargin,
  type PairTermOptions,
  type PairTerms,
  pairTerms,
  type ResponsePair,
} from "./pair_terms.ts";
export {
  drawRoute,
  type Mixture,
  rescaledSteps,
  type Route,
  ROUTES,
  type RouteShare,
  type Shares,
  sharesOf,
  singleRoute,
} from "./routes.ts";
export {
  gradientOf,
  logLinearPolicy,
  logPolicy,
  type OfflinePair,
  optimalPolicy,
  type PolicyValue,
  policyValue,
  policyWinRate,
  softmaxPolicy,
  type Table,
  type TabularPolicy,
  type TabularProblem,
} from "./tabular.ts";
export {
  type ExactOptions,
  type ExactTerms,
  exactTerms,
  mixtureGradient,
  type MixtureOptions,
  type ReverseKl,
} from "./exact.ts";
export { ascend, ascendPlainly, type Ascent, type AscentOptions } from "./ascent.ts";
export { type Baseline, baselinesOf } from "./baselines.ts";
export {
  estimateGradient,
  type EstimateOptions,
  type GradientEstimate,
  type Moments,
  responseTermMoments,
} from "./estimators.ts";
export {
  bradleyTerryLabeller,
  evaluationReward,
  finiteScores,
  hardLabeller,
  type Labeller,
  type NamedScorer,
  namedScorer,
  type OtherThan,
  type Scorer,
  type Unlabelled,
} from "./labellers.ts";
export {
  type DrawOptions,
  drawResponses,
  type GeneratedPair,
  type NamedPrompt,
  ResponseBuffer,
} from "./responses.ts";
export {
  type PairRecord,
  pairRecordSchema,
  parseRecords,
  recordLine,
  recordMargin,
} from "./record.ts";
export {
  equalResponses,
  type HeldOutPoint,
  type PartMetrics,
  partMetrics,
  sharpeningWarning,
} from "./metrics.ts";
export { type StepWeightOptions, type StepWeights, stepWeights } from "./step_weights.ts";
export { sailMethod, sailName, type SailOptions } from "./online_method.ts";
export {
  type Judge,
  type JudgeCounts,
  judgedScores,
  judgeLabeller,
  type JudgeOptions,
  judgeQuestion,
} from "./judge.ts";
