/**
 * What a cell imports: rich output, equations, claims, progress, sweeps and checks. Everything works
 * in the Deno Jupyter kernel, in plain `deno run` (text on stdout, progress on stderr) and in tests
 * (silent with `OFFPRINT_QUIET=1`).
 *
 * Begin with `display` of the room `output`, which shows text, HTML, numbers and tables. `figures` draws, `claims` puts the paper's
 * number beside ours and judges it. Here lie the tools of a computing cell: `check.ts` compares with an expected value
 * (`compare.ts` says how close), `hidden_tests.ts` and `self_check.ts` are the checks of assignments, `equation.ts` shows a formula
 * beside what it gives, `sweep.ts` runs one function over a grid, `progress.ts` says how far it has come.
 *
 * @module
 */
export * from "./check.ts";
export * from "./claims/mod.ts";
export * from "./equation.ts";
export * from "./figures/mod.ts";
export * from "./hidden_tests.ts";
export * from "./output/mod.ts";
export * from "./progress.ts";
export * from "./self_check.ts";
export * from "./sweep.ts";
export * from "./sweep_table.ts";
export { experimentsOf } from "offprint/sweeps/experiment.ts";
export { logSpace, range } from "offprint/sweeps/axes.ts";
