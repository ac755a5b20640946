/**
 * A generator of designs: families of modules with random names, widths, resets and layouts, each with its bench.
 *
 * Begin with `generateDesign` in `design.ts`. The families are in `logic.ts`, `arithmetic.ts`, `registers.ts`, `counters.ts`,
 * `memories.ts` and `machines.ts`; `blueprint.ts` says what a family gives, `random_choices.ts` draws names, widths and
 * styles. `saturating_counter.ts` is the one example that runs through paper 07. Nothing here is copied from
 * anybody, so corpora can be made and given away.
 *
 * @module
 */
export * from "./design.ts";
export * from "./saturating_counter.ts";
