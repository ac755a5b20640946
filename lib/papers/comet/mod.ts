/**
 * What paper 05 (COMET) alone needs: its published tables, serving arithmetic, and what is measured on the
 * committed model.
 *
 * @module
 */
export * from "./accuracy_results.ts";
export * from "./configurations.ts";
export * from "./golden.ts";
export * from "./measurement_texts.ts";
export * from "./published_tables.ts";
export * from "./serving.ts";
export { overlap, shareOf4Work } from "./measure_studies.ts";
export type { Studies } from "./studies_schema.ts";
