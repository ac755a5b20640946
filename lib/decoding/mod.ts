/**
 * Decoding: the front door, with what most programs need. Everything else is in a room of its own:
 *
 * | room | what is there |
 * |---|---|
 * | `verification` | distributions, and the rule that accepts or rejects a drafted token |
 * | `policies` | how many candidates a round drafts |
 * | `decoders` | speculative decoding of one text and of many, plain sampling |
 * | `tree` | many texts of which one is chosen: best-of-N, TreeBoN, rejection |
 * | `heads` | networks that predict whether a candidate will be accepted |
 * | `what_if` | what another policy would have cost, from a log |
 *
 * Import a room as `offprint/decoding/ROOM/mod.ts`. The theory of papers 02 and 10 is in `papers`.
 *
 * @module
 */
export { sampleText } from "./decoders/sample.ts";
export { speculate } from "./decoders/speculate.ts";
export type { SpeculativeOptions, SpeculativeResult } from "./decoders/speculation_loop.ts";
export { speculateTexts } from "./decoders/speculate_texts.ts";
export { type CandidateLengthPolicy, constantLength } from "./policies/drafting_policy.ts";
export { type Warp, warp } from "./verification/warp.ts";
