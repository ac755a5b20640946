/**
 * Contracts for every step and state of a known instance, and what they are worth.
 *
 * Begin with `plan` in `plan.ts`: backward induction over least payments. A principal that commits before the first
 * step is planned for in `commitment.ts`; both fill states through `StatePlanner` of `state_planner.ts`. `best_response.ts` says what an agent
 * does when contracts are posted, `evaluate.ts` what that is worth to both sides, `benchmarks.ts` what a plan is
 * compared with (first best, no limited liability, linear and zero contracts).
 * `implementability.ts` decides whether an action can be induced at all, with the proof of its answer;
 * `robust_contract.ts` makes a nearly good contract safe; `inducing_contract.ts` makes one for a chosen action.
 *
 * @module
 */
export * from "./benchmarks.ts";
export * from "./best_response.ts";
export * from "./commitment.ts";
export * from "./evaluate.ts";
export * from "./implementability.ts";
export * from "./inducing_contract.ts";
export * from "./plan.ts";
export * from "./state_planner.ts";
export * from "./robust_contract.ts";
