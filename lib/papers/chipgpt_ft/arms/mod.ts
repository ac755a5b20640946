/**
 * The arms of paper 07 at our scale: the same small model trained on different data, asked the same problems.
 *
 * Begin with `verilogCorpus` in `training_corpus.ts` (what each arm reads) and `evaluateArm` in `evaluate_arm.ts` (how it
 * is asked and judged). `settings.ts` names the arms, `held_out.ts` splits the designs, `design_problems.ts`, `held_out_problems.ts`,
 * `natural_problems.ts` and `repair_cases.ts` make problems of them. `token_layout.ts` writes records for small models, `asking.ts`
 * asks in the same layout. `baselines.ts` are controls without a model; `compare_arms.ts` compares with intervals, and
 * `arm_tables.ts` makes rows for tables and figures.
 *
 * @module
 */
export * from "./arm_tables.ts";
export * from "./asking.ts";
export * from "./baselines.ts";
export * from "./compare_arms.ts";
export * from "./design_problems.ts";
export * from "./evaluate_arm.ts";
export * from "./held_out.ts";
export * from "./held_out_problems.ts";
export * from "./natural_problems.ts";
export * from "./repair_cases.ts";
export * from "./settings.ts";
export * from "./token_layout.ts";
export * from "./training_corpus.ts";
