/**
 * The second task of paper 01's rerun, with answers that can be checked: four-digit sums written out digit by digit.
 *
 * `worked_sum.ts` writes and checks them, `training_sums.ts` makes what the models learn from, `arms.ts` says what is
 * compared. The three models are a policy, the policy after preference training, and a language model of right workings, whose
 * log-probability is the reward; they are run by the code of `../trio`.
 *
 * @module
 */
export * from "./worked_sum.ts";
export * from "./training_sums.ts";
export * from "./arms.ts";
