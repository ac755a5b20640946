/**
 * Learning to contract over several steps: a principal–agent MDP of which only the rewards are known.
 *
 * Begin with `ContractGame` in `game.ts`: post contracts for an episode, watch the trajectory. The general learner is
 * `learnContracts` in `pamdp_learner.ts`: an exploration phase (`pamdp_exploration.ts`), then contracts that are safe
 * under what it believes (`estimated_model.ts`). `binary_pamdp.ts` is the simpler learner for chains of
 * work-or-shirk decisions with two outcomes each.
 *
 * @module
 */
export * from "./binary_pamdp.ts";
export * from "./estimated_model.ts";
export * from "./game.ts";
export * from "./pamdp_exploration.ts";
export * from "./pamdp_learner.ts";
