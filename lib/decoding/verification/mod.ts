/**
 * Distributions over the next token, and the rule that accepts or rejects a drafted one.
 *
 * Begin with `VerificationRule` in `verification.ts`: this is where a rejection is decided, and what is drawn after it.
 * `distribution.ts` has softmax, total variation, the residual and drawing; `warp.ts` has temperature, top-k and top-p;
 * `residual_chain.ts` has the exact law of several drafts tried in turn at one position.
 * `option_checks.ts` checks what decoders and policies are given.
 *
 * A distribution over V tokens is a `Float64Array` of length V. Everything in `decoding` builds on this room.
 *
 * @module
 */
export * from "./distribution.ts";
export * from "./model_warp.ts";
export { checkEpsilon, checkVocabularies, checkWhole } from "./option_checks.ts";
export * from "./remembered_softmax.ts";
export * from "./residual_chain.ts";
export * from "./verification.ts";
export * from "./warp.ts";
