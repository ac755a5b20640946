/**
 * Learning from preferences: losses of a chosen and a rejected response, pairs, training, and what the two
 * gradients of a pair have to do with each other.
 *
 * @module
 */
export * from "./losses/mod.ts";
export * from "./pairs/mod.ts";
export * from "./training/mod.ts";
export * from "./reward/mod.ts";
export * from "./entanglement/mod.ts";
export * from "./sail/mod.ts";
