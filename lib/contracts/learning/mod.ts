/**
 * Learning to contract in the one-step game: the agent's cost is hidden, contracts are posted round after round.
 *
 * Begin with `ContractBandit` in `bandit.ts`, the game, and `searchThenUcb` in `search_ucb.ts`, the reduction of the
 * paper: first search a contract for each action, then run a bandit over actions (`ucb.ts`). `boundary_costs.ts`
 * gives searches that recover the agent's costs. Other designs: `explore_then_commit.ts`, `shrinking_margin.ts`,
 * and the naive grid of linear contracts in `linear_grid.ts`. `hidden_actions.ts` tells an action from outcomes alone.
 * `regret_ledger.ts` keeps exact regret, split by cause.
 *
 * Each learner's doc comment lists which fields of the game it may read.
 *
 * @module
 */
export * from "./bandit.ts";
export * from "./boundary_costs.ts";
export * from "./explore_then_commit.ts";
export * from "./hidden_actions.ts";
export * from "./linear_grid.ts";
export * from "./observed_actions.ts";
export * from "./regret_ledger.ts";
export * from "./search_ucb.ts";
export * from "./shrinking_margin.ts";
export * from "./ucb.ts";
