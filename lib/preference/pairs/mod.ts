/** Preference pairs: files, token ids, batches, reference log-probabilities. @module */
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
