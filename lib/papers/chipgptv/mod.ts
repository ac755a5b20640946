/**
 * Paper 06: Natural Language Is Not Enough.
 *
 * Begin with the room `ambiguity`: what a description leaves open, in bits. `explore_machine.ts` shows it on one small machine, as a figure
 * that can be moved. The room `query` has the query language, `study` the small models that are asked in words and with graphs; `units`
 * the benchmark, `harness` what asks and grades, `published` the paper's tables.
 *
 * @module
 */
export * from "./ambiguity/mod.ts";
export {
  exploration as machineExploration,
  EXPLORED_MACHINE,
  statedTable,
} from "./explore_machine.ts";
