/**
 * Paper 03 with language models in its roles: the arms, the loop on problems of a public set or of the corpus, and what it amounts to.
 *
 * Begin with `modelRuns` in `model_study.ts`; `model_arms.ts` says who is asked and how many calls that is, `model_summary.ts` what
 * came of it. Answers come from a `ChatClient`, so a kept run can be replayed without a network.
 *
 * @module
 */
export * from "./model_arms.ts";
export * from "./model_study.ts";
export * from "./model_summary.ts";
