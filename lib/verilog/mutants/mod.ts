/**
 * Broken Verilog on purpose: rules that make a mutant, and tools that say what kind it is.
 *
 * Begin with `mutate` in `draw_mutants.ts`, then `classify` in `classify.ts`: this is where a mutant is classified, from
 * what the tools say and never from the rule's own claim. `mutation.ts` says what a mutant is; the `*_mutations.ts` files
 * hold the rules; `behaviour.ts` decides whether a mutant behaves like its original.
 *
 * @module
 */
export * from "./behaviour.ts";
export * from "./classify.ts";
export * from "./draw_mutants.ts";
export {
  applyEdits,
  type Edit,
  type Mutation,
  MUTATION_RULES,
  type MutationClass,
  type MutationRule,
  undoEdits,
} from "./mutation.ts";
