/**
 * Contracts between a principal and an agent in a Markov decision process: the front door, with what most
 * programs need. Built along the abstract of arXiv:2407.01458 (Wu, Chen, Wang, Wang, Xu); the body of that
 * paper could not be consulted, so all definitions, algorithms and bounds here are our own constructions.
 *
 * | room | what is there |
 * |---|---|
 * | `instance` | the decision process, its JSON form, examples |
 * | `payments` | the least payment for one action in one state |
 * | `planning` | contracts for all steps of a known instance, and what they are worth |
 * | `boundaries` | finding where an agent changes its mind |
 * | `learning` | learning to contract in the one-step game |
 * | `pamdp` | learning to contract over several steps |
 *
 * Import a room as `offprint/contracts/ROOM/mod.ts`. The experiments of paper 08 are in `papers/contractual_rl`.
 *
 * @module
 */
export type { Instance } from "./instance/instance.ts";
export { parseInstance } from "./instance/parse_instance.ts";
export { leastPayment } from "./payments/least_payment.ts";
export { plan } from "./planning/plan.ts";
export type { Plan } from "./planning/state_planner.ts";
