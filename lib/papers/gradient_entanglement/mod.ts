/**
 * Paper 04, A Common Pitfall of Margin-based Language Model Alignment: Gradient Entanglement.
 *
 * Begin with `sentiment.ts`, the task, and `arms.ts`, what is trained on it. `policy.ts` is the small policy, `exact_policy.ts`
 * and `exact_examples.ts` the worlds in which everything is known exactly; `planned_runs.ts` says which runs there are,
 * `experiment.ts` does them, `results.ts` keeps them. `explore_gradients.ts` is the figure that can be moved.
 *
 * Losses, training and the entanglement laws are in `preference`.
 *
 * @module
 */
export {
  SENTIMENT_WORDS,
  sentimentPairs,
  sentimentText,
  sentimentTokens,
  type Suffix,
  SUFFIXES,
  suffixTokens,
} from "./sentiment.ts";
export { ADAMW, policyConfig, supervisedStart } from "./policy.ts";
export { armOf, ARMS, COMPARED, EVERY, LOSS_ARMS, type Run, runName, STEPS } from "./arms.ts";
export {
  type Geometry,
  geometryOf,
  measureStart,
  performRun,
  runPairs,
  type RunResult,
  type StartResult,
} from "./experiment.ts";
export { NOISE, plannedRuns, SEEDS } from "./planned_runs.ts";
export {
  changeOf,
  loadResults,
  RESULTS_FILE,
  resultsOf,
  resultsText,
  type SentimentResults,
} from "./results.ts";
export {
  changeUnder,
  descentDirection,
  exactGradients,
  type ExactPair,
  exactProducts,
  exactStatistics,
  exactStep,
  logProbability,
  normalisedDirection,
  type Position,
  type Response,
  responseGradient,
  tokenGradient,
} from "./exact_policy.ts";
export {
  bothFall,
  bothRise,
  freeLogits,
  ideal,
  outputLayer,
  randomPair,
  randomToken,
  sharedPrefix,
  sharedSuffix,
  singleToken,
  tokenAtProbabilities,
} from "./exact_examples.ts";
export { exploration as gradientsExploration } from "./explore_gradients.ts";
export { largestGain, type Mass, massOf } from "./mass.ts";
export { type PredictionRow, stepPredictions } from "./step_predictions.ts";
export { trainShortly } from "./short_training.ts";
