/**
 * Paper 07, Data Is All You Need: what it published, beside what we count.
 *
 * Begin with `published_tables.ts`, the paper's own numbers with where they come from, and `coverage.ts`, how much of real
 * Verilog the flows cover. `corpus_properties.ts` checks what must be true of every generated design;
 * `short_benches.ts` cuts benches short. `experiments.ts` are what sweeps run. `explore_problems.ts` is the figure that can be moved. The trained arms are in `arms`; the pipeline is `verilog/records`.
 *
 * @module
 */
export * from "./corpus_properties.ts";
export * from "./coverage.ts";
export { exploration as problemsExploration, neededAlone } from "./explore_problems.ts";
export * from "./published_tables.ts";
export * from "./short_benches.ts";
