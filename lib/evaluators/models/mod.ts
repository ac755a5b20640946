/**
 * Language models as evaluators and as the optimiser.
 *
 * Begin with `chatOpinions` in `chat_evaluators.ts`; `prompts.ts` is what models are asked.
 *
 * @module
 */
export * from "./chat_evaluators.ts";
export * from "./prompts.ts";
