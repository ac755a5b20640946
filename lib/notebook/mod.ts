/**
 * What a cell imports: rich output, equations, claims, progress, sweeps and checks. Everything works
 * in the Deno Jupyter kernel, in plain `deno run` (text on stdout, progress on stderr) and in tests
 * (silent with `OFFPRINT_QUIET=1`).
 *
 * @module
 */
export * from "./check.ts";
export * from "./citation.ts";
export { claim, claimsTable, verdictOf, verdicts } from "./claim.ts";
export { type Bundle, display, Displayable, type DisplayOptions, inKernel } from "./display.ts";
export * from "./equation.ts";
export * from "./figure.ts";
export * from "./ledger.ts";
export * from "./markdown.ts";
export type { Measured } from "./measured.ts";
export * from "./number.ts";
export * from "./plot.ts";
export * from "./progress.ts";
export { describeRule, passes, type Rule } from "./rules.ts";
export * from "./sweep.ts";
export * from "./table.ts";
