/**
 * Several evaluators for one program: each looks at one criterion, and their opinions are joined.
 *
 * Begin with `examine` in `roles/examine.ts`, which lets six analysers look at a program. `budget.ts` cuts what they say,
 * `aggregate.ts` joins it, `optimise/` rewrites programs by it, `metrics.ts` says what it is worth. `records/` has the data
 * contract, `corpus.ts` and `mutants.ts` tasks and defective programs, `judge.ts` the hidden tests, `reply.ts` what a language
 * model's answer holds, `own_program.ts` reads a user's own function. Language models in these roles are in `models/`, and
 * public sets of Python problems in `sets/`, rooms of their own.
 *
 * @module
 */
export * from "./aggregate.ts";
export * from "./budget.ts";
export { applyEdit, type Edit, type EditClass, FUNCTIONAL_CLASSES } from "./programs/mod.ts";
export * from "./records/mod.ts";
export * from "./corpus.ts";
export * from "./judge.ts";
export * from "./metrics.ts";
export * from "./mutants.ts";
export * from "./optimise/mod.ts";
export * from "./own_program.ts";
export * from "./reply.ts";
export * from "./roles/mod.ts";
