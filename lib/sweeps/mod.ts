/**
 * Sweeps over parameters in several processes, each point run once and kept on disk
 *
 * Begin with `runPoints` of `run_points.ts`. `axes.ts` makes the points, `experiment.ts` names an experiment with its types,
 * `describe.ts` reads its parameters from its source, `module_graph.ts` says what a result hangs on, `store.ts` keeps results on disk by
 * that, and the room `slurm` runs points on a cluster; `json_values.ts` and `source_meaning.ts` serve them. In a cell use `sweep` of `offprint/notebook/sweep.ts`, in a shell `deno task sweep`.
 *
 * @module
 */
export * from "./axes.ts";
export * from "./describe.ts";
export * from "./experiment.ts";
export { fromJson, toJson } from "./json_values.ts";
export { type ModuleGraph, moduleGraph } from "./module_graph.ts";
export { hashOf } from "./source_meaning.ts";
export type { WorkerJob } from "./answer.ts";
export type { ExperimentAddress } from "./point_runners.ts";
export * from "./run_points.ts";
export { type Kept, storeFile, type StoreLine, SweepStore } from "./store.ts";
