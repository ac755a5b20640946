/**
 * Preference pairs: from files to token ids, batches and log-probabilities.
 *
 * Begin with `readPairs` in `pair.ts` (JSON lines) and `encodePairs` in `encode.ts` (token ids that fit a context).
 * `pair_batch.ts` scores pairs in batches, `reference.ts` keeps the reference model's log-probabilities,
 * `pair_statistics.ts` sums them to what a loss reads, `alignment.ts` marks the tokens in which two responses differ.
 *
 * @module
 */
export { parsePairs, type PreferencePair, readPairs } from "./pair.ts";
export {
  checkedPair,
  type EncodedPairs,
  type EncodeOptions,
  encodePairs,
  type TokenPair,
} from "./encode.ts";
export {
  longestText,
  pairBatch,
  type ResponseLogProbs,
  responseLogProbs,
  total,
} from "./pair_batch.ts";
export { differingTokens, type TokenMasks } from "./alignment.ts";
export {
  cachedReference,
  mismatchedPairs,
  pairsHash,
  type Reference,
  referenceOf,
  scorePairs,
  weightsHash,
} from "./reference.ts";
export { pairStatistics } from "./pair_statistics.ts";
