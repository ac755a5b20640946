/**
 * Paper 09, SAIL: Self-Improving Efficient Online Alignment of Large Language Models.
 *
 * Begin with `list_task.ts`, a task whose true reward a program knows. `list_policy.ts` is the small language model and what
 * all its runs start from, `list_arms.ts` says what is trained, `list_experiment.ts` trains and judges, `planned_runs.ts` says
 * which runs there are, `list_results.ts` keeps them. `run_lines.ts` is what a run writes down, and how its numbers come from it; `committed_lines.ts` holds
 * those of one run. `tabular_world.ts` and `tabular_experiment.ts` are the same
 * comparison where everything can be summed. `explore_triangle.ts` is the figure that can be moved.
 *
 * Routes, terms and the way of training are in `preference/sail`.
 *
 * @module
 */
export * from "./exact_example.ts";
export { exploration as triangleExploration, policyAt } from "./explore_triangle.ts";
export * from "./list_task.ts";
export * from "./list_policy.ts";
export * from "./list_arms.ts";
export * from "./list_experiment.ts";
export * from "./planned_runs.ts";
export * from "./run_lines.ts";
export * from "./list_results.ts";
export * from "./committed_lines.ts";
export * from "./tabular_world.ts";
export * from "./tabular_experiment.ts";
