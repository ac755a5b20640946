/**
 * What `deno task sweep` needs besides `lib/sweeps`: axes as typed, a paper's experiments, a notebook as an experiment
 *
 * @module
 */
export * from "./grid.ts";
export * from "./notebook_points.ts";
export * from "./paper_experiments.ts";
