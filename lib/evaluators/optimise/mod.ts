/**
 * Rewriting programs by what evaluators say.
 *
 * Begin with `optimise` in `loop.ts`. `repairer.ts` is the optimiser that needs no model, `templates.ts` the edits it tries.
 *
 * @module
 */
export * from "./loop.ts";
export * from "./repairer.ts";
