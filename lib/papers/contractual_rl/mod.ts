/**
 * Paper 08, Contractual Reinforcement Learning: its experiments.
 *
 * Begin with `simulations.ts`: regret of each learner over seeds and horizons, and `learning_curve.ts`, the slope on
 * logarithmic axes. `scenarios.ts` has three settings with numbers to change; `simplex_map.ts` maps which action
 * each way of splitting a budget induces. `scenario_benchmarks.ts` sets a plan beside its benchmarks; `bonus_trace.ts`
 * records what a learner pays from round to round. `explore_contracts.ts` is the figure that can be moved.
 *
 * The instances, payments, planners and learners are in `lib/contracts`.
 *
 * @module
 */
export * from "./bonus_trace.ts";
export { type Answer, answerTo, exploration as contractsExploration } from "./explore_contracts.ts";
export * from "./simulations.ts";
export * from "./learning_curve.ts";
export * from "./scenario_benchmarks.ts";
export * from "./scenarios.ts";
export * from "./simplex_map.ts";
