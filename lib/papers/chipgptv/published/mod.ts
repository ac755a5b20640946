/**
 * The published tables of paper 06, and everything that its text concludes from them computed again.
 *
 * Begin with `tables.ts` (the printed cells); `recompute.ts` has the aggregates, the paired statistics and the list
 * of what does not agree. `exact_bootstrap.ts` weighs all resamples instead of drawing some.
 *
 * @module
 */
export * from "./exact_bootstrap.ts";
export * from "./recompute.ts";
export * from "./tables.ts";
