/**
 * Paper 03, AIME: several evaluators for one program, and the arithmetic of mixtures and unions behind them.
 *
 * Begin with `arms.ts`, which says who gives an opinion. `study_programs.ts` and `mutants_file.ts` have the programs,
 * `opinions_study.ts` and `loop_study.ts` what is run on them, `results.ts` the committed outcomes, `rates.ts` what they amount
 * to. `mixtures.ts` has the theory. The evaluators themselves are in `lib/evaluators`.
 *
 * @module
 */
export * from "./arms.ts";
export * from "./loop_study.ts";
export * from "./mixtures.ts";
export * from "./mutants_file.ts";
export * from "./opinions_study.ts";
export * from "./rates.ts";
export * from "./results.ts";
export * from "./study_programs.ts";
export * from "./total_budget.ts";
