/**
 * From Verilog files to training records: the pipeline of paper 07.
 *
 * Begin with `augment` in `augment.ts`, which `deno task augment` runs: files in, one JSON object a line out. `flows.ts` says
 * which records one file gives: completion (`completion.ts`, `masks.ts`), prose, repair, and tool scripts
 * (`scripts.ts`). `record.ts` is the record itself, `sources.ts` where files come from, `summary.ts` the manifest for a
 * reader at a terminal.
 *
 * @module
 */
export * from "./augment.ts";
export * from "./completion.ts";
export * from "./flows.ts";
export * from "./masks.ts";
export * from "./record.ts";
export * from "./scripts.ts";
export * from "./sources.ts";
export * from "./summary.ts";
