/**
 * Where the probability goes during preference training: over the whole vocabulary, since 59 words can be listed.
 *
 * @module
 */
import type { OnnxEngine } from "offprint/lm/training/mod.ts";
import {
  pairBatch,
  responseLogProbs,
  type TokenPair,
  total,
} from "offprint/preference/pairs/mod.ts";
import { SENTIMENT_WORDS } from "./sentiment.ts";

/** Probability of what can follow a prompt, mean over prompts; the five parts sum to 1. */
export interface Mass {
  /** The chosen answer as a whole. */
  chosen: number;
  /** The rejected answer as a whole. */
  rejected: number;
  /** The right label with another ending than the chosen answer's. */
  rightOtherwise: number;
  /** The wrong label with another ending. */
  wrongOtherwise: number;
  /** Any other first word. */
  elsewhere: number;
  /** Of each word as the first one, by token id. */
  firstWord: Float64Array;
}

/** Follows the answers of some pairs under the engine's present weights. */
export async function massOf(engine: OnnxEngine, pairs: readonly TokenPair[]): Promise<Mass> {
  const batch = pairBatch(engine.config, pairs);
  const { logProbs } = await engine.distributions(batch);
  const scores = responseLogProbs(batch, pairs, await engine.logProbs(batch));
  const vocabulary = engine.config.vocab_size;
  const mass: Mass = {
    chosen: 0,
    rejected: 0,
    rightOtherwise: 0,
    wrongOtherwise: 0,
    elsewhere: 0,
    firstWord: new Float64Array(vocabulary),
  };
  pairs.forEach(({ prompt, chosen, rejected }, i) => {
    const at = (2 * i * batch.length + prompt.length) * vocabulary;
    const first = Float64Array.from(logProbs.subarray(at, at + vocabulary), Math.exp);
    const [right, wrong] = [first[chosen[0]!]!, first[rejected[0]!]!];
    const [a, b] = [Math.exp(total(scores[i]!.chosen)), Math.exp(total(scores[i]!.rejected))];
    const each = 1 / pairs.length;
    mass.chosen += each * a;
    mass.rejected += each * b;
    mass.rightOtherwise += each * Math.max(0, right - a);
    mass.wrongOtherwise += each * Math.max(0, wrong - b);
    mass.elsewhere += each * Math.max(0, 1 - right - wrong);
    first.forEach((p, token) => mass.firstWord[token]! += each * p);
  });
  return mass;
}

/** The word whose probability as the first one has grown most from one moment to another, and by how much. */
export function largestGain(before: Mass, after: Mass): { word: string; gain: number } {
  const gains = after.firstWord.map((p, token) => p - before.firstWord[token]!);
  const token = gains.indexOf(Math.max(...gains));
  return { word: SENTIMENT_WORDS[token]!, gain: gains[token]! };
}
