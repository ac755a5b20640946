/**
 * Paper 09, SAIL: Self-Improving Efficient Online Alignment of Large Language Models.
 *
 * @module
 */
export * from "./list_task.ts";
export * from "./list_policy.ts";
export * from "./list_arms.ts";
export * from "./list_experiment.ts";
export * from "./planned_runs.ts";
export * from "./list_results.ts";
