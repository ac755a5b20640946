/**
 * Paper 07, Data Is All You Need: what it published, beside what we count.
 *
 * Begin with `published_tables.ts`, the paper's own numbers with where they come from, and `coverage.ts`, how much of real
 * Verilog the flows cover. The trained arms are in `arms`; the pipeline is `verilog/records`.
 *
 * @module
 */
export * from "./coverage.ts";
export * from "./published_tables.ts";
