/**
 * Language models as evaluators and as the optimiser.
 *
 * Begin with `chatOpinions` in `chat_evaluators.ts`; `prompts.ts` is what models are asked, `model_answers.ts`
 * what one says about a user's own program.
 *
 * @module
 */
export * from "./chat_evaluators.ts";
export * from "./model_answers.ts";
export * from "./prompts.ts";
