/**
 * The trained trio of paper 01: three small models, what they learned from, and the arms that are run with them.
 *
 * Begin with `trio.ts`, which opens the models, and `arms.ts`, which says what is compared. `eras.ts` divides the addresses
 * by century and by who learns from them; `passages.ts` and `prompts.ts` draw from them; `era_pairs.ts` makes the reward
 * model's pairs, `base_pairs.ts` those of the preference-tuned policy, `era_judge.ts` is the judge. `experiment.ts` runs an
 * arm, `results.ts` keeps what came out, `summary.ts` compares arms, `clock.ts` says how long they took.
 *
 * @module
 */
export * from "./eras.ts";
export * from "./passages.ts";
export * from "./era_pairs.ts";
export * from "./prompts.ts";
export * from "./base_pairs.ts";
export * from "./era_judge.ts";
export * from "./trio.ts";
export * from "./arms.ts";
export * from "./experiment.ts";
export * from "./results.ts";
export * from "./summary.ts";
export * from "./clock.ts";
