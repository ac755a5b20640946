/**
 * How many candidates a round drafts: this is where K is chosen.
 *
 * Begin with `CandidateLengthPolicy` in `drafting_policy.ts`, the interface that decoders ask after each candidate, and
 * `constantLength`, the constant K. `stopping_rules.ts` has the policies as pure rules on numbers; `policy_of_rule.ts`
 * puts a rule to work in a decoder (`specDecPP` is SpecDec++'s); `policy_text.ts` reads rules as they are typed.
 * `predictor.ts` is what a rule may ask about the next candidate (a trained predictor is in `heads`).
 * `watched_policy.ts` puts a watcher beside a policy. `cost_model.ts` says what a policy costs: discard rate, verification rate and two latencies.
 *
 * @module
 */
export * from "./cost_model.ts";
export * from "./drafting_policy.ts";
export * from "./policy_of_rule.ts";
export * from "./policy_text.ts";
export * from "./predictor.ts";
export * from "./stopping_rules.ts";
export * from "./watched_policy.ts";
