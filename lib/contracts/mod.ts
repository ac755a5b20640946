/**
 * Contracts between a principal and an agent in a Markov decision process: planning what to pay, and learning
 * it. Built along the abstract of arXiv:2407.01458 (Wu, Chen, Wang, Wang, Xu); the body of that paper could not
 * be consulted, so all definitions, algorithms and bounds here are our own constructions.
 *
 * @module
 */
export * from "./instance/instance.ts";
export * from "./instance/parse_instance.ts";
export * from "./payments/tableau.ts";
export * from "./payments/closed_forms.ts";
export * from "./payments/least_payment.ts";
export * from "./payments/general_solver.ts";
export * from "./planning/implementability.ts";
export * from "./planning/robust_contract.ts";
export * from "./instance/ordered_laws.ts";
export * from "./planning/plan.ts";
export * from "./planning/commitment.ts";
export * from "./planning/inducing_contract.ts";
export * from "./planning/best_response.ts";
export * from "./planning/evaluate.ts";
export * from "./planning/benchmarks.ts";
export * from "../papers/contractual_rl/simplex_map.ts";
export * from "./instance/examples.ts";
export * from "../papers/contractual_rl/scenarios.ts";
export * from "./instance/random_instance.ts";
export * from "./learning/regret_ledger.ts";
export * from "./learning/bandit.ts";
export * from "./pamdp/game.ts";
export * from "./learning/observed_actions.ts";
export * from "./boundaries/bisection.ts";
export * from "./boundaries/boundary_search.ts";
export * from "./learning/boundary_costs.ts";
export * from "./boundaries/facet_search.ts";
export * from "./learning/hidden_actions.ts";
export * from "./learning/ucb.ts";
export * from "./learning/search_ucb.ts";
export * from "./learning/shrinking_margin.ts";
export * from "./learning/explore_then_commit.ts";
export * from "./learning/linear_grid.ts";
export * from "./pamdp/binary_pamdp.ts";
export * from "./pamdp/estimated_model.ts";
export * from "./pamdp/pamdp_exploration.ts";
export * from "./pamdp/pamdp_learner.ts";
export * from "../papers/contractual_rl/experiments.ts";
export * from "../papers/contractual_rl/learning_curve.ts";
