/**
 * What a description leaves open, in exact counts and bits (paper 06).
 *
 * Begin with `ambiguityBits` in `choices.ts`: a family of designs as independent choices, and facts that make them.
 * `told_facts.ts` reads facts back from texts, and `levels.ts` tells a design in growing detail. `machine_counts.ts` has the closed forms for state machines, `agreeing_tables.ts` counts small ones one by one;
 * `connection_counts.ts` is about how many sentences prose needs.
 *
 * @module
 */
export * from "./agreeing_tables.ts";
export * from "./choices.ts";
export * from "./connection_counts.ts";
export * from "./levels.ts";
export * from "./machine_counts.ts";
export * from "./told_facts.ts";
