/**
 * Problems for models that write programs, whatever the language: asking, judging, scoring, keeping.
 *
 * Begin with `Problem` in `problem.ts` (what is asked, and a judge) and `solve` in `solve.ts`. `pass_at_k.ts` scores one
 * system, `paired.ts` compares two on the same problems, `results.ts` reads and writes `data/results`.
 *
 * @module
 */
export * from "./paired.ts";
export * from "./pass_at_k.ts";
export * from "./problem.ts";
export * from "./results.ts";
export * from "./solve.ts";
