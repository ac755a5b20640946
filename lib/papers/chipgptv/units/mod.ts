/**
 * The benchmark of our own making: 33 units with the paper's names and levels, whose diagrams are generated from their RTL.
 *
 * Begin with `Unit` in `unit.ts` and `readUnits` in `read_units.ts`. The texts lie in `data/problems/06`; the behaviour of each
 * unit, from which its bench is made, in `arithmetic.ts`, `logic.ts` and `advanced.ts` (`model.ts` says what a model is).
 * `prompts.ts` puts the prompts together; `audit.ts` tries references, stubs and mutants; `exchanges.ts` makes mutants of structure, `audit_results.ts` holds what came out.
 * `unit_pictures.ts` draws a unit, `legibility.ts` has its pictures read.
 *
 * @module
 */
export * from "./audit.ts";
export * from "./audit_results.ts";
export { type Exchange, exchangesOf } from "./exchanges.ts";
export { type Behaviour, type Clocking, unitBench, type UnitModel } from "./model.ts";
export * from "./legibility.ts";
export * from "./prompts.ts";
export * from "./read_units.ts";
export * from "./unit.ts";
export * from "./unit_pictures.ts";
