/**
 * Paper 03, AIME: several evaluators for one program, and the arithmetic of mixtures and unions behind them.
 *
 * Begin with `arms.ts`, which says who gives an opinion. `study_programs.ts` and `mutants_file.ts` have the programs,
 * `opinions_study.ts` and `loop_study.ts` what is run on them, `results.ts` the committed outcomes, `rates.ts` what they amount
 * to. `explore_union.ts` is the figure that can be moved, `mixtures.ts` has the theory, `section_order.ts` the study of the order of roles. The evaluators themselves are in `lib/evaluators`.
 *
 * @module
 */
export * from "./arms.ts";
export { exploration as unionExploration, unionRates } from "./explore_union.ts";
export { EXPLORED_FILE, exploredText } from "./first_errors.ts";
export * from "./loop_study.ts";
export * from "./mixtures.ts";
export * from "./mutants_file.ts";
export * from "./opinions_study.ts";
export * from "./rates.ts";
export * from "./results.ts";
export * from "./section_order.ts";
export * from "./study_programs.ts";
export * from "./total_budget.ts";
