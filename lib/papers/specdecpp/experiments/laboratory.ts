/**
 * A laboratory for candidate lengths: chains with easy and hard stretches, in which the acceptance of every
 * candidate is known, and a draft with a hidden state that a head must learn to read.
 *
 * @module
 */
import { withFeatures } from "offprint/decoding/heads/mod.ts";
import type { AcceptancePredictor } from "offprint/decoding/policies/mod.ts";
import { markovModel } from "offprint/lm/exact/mod.ts";
import type { LanguageModel } from "offprint/lm/interface/mod.ts";
import { stream } from "offprint/random.ts";
import { stretchChains, type TokenKind } from "../stretch_chains.ts";

/** The kinds of tokens in the laboratory: how often a candidate is accepted, how common it is, how sure the draft looks. */
export const LABORATORY_KINDS: readonly Required<TokenKind>[] = [
  { acceptance: 0.99, share: 0.45, certainty: 0.95 },
  { acceptance: 0.9, share: 0.25, certainty: 0.85 },
  { acceptance: 0.6, share: 0.2, certainty: 0.6 },
  { acceptance: 0.2, share: 0.1, certainty: 0.55 },
];

/** The models of the laboratory. */
export interface Laboratory {
  /** Numbers in a hidden state. */
  hiddenSize: number;
  /** With a hidden state: a fixed random picture of its last two tokens. */
  draft: LanguageModel;
  /** The same without the picture, which costs time, for policies that do not look at it. */
  plainDraft: LanguageModel;
  target: LanguageModel;
  /** The picture of a text's last token alone. */
  lastPicture(text: readonly number[]): Float32Array;
  /** Knows the kind of each candidate, as an oracle would, without asking the target. */
  exactHead: AcceptancePredictor;
}

/** Predicts each candidate's acceptance from its kind. */
export function kindPredictor(
  name: string,
  acceptances: readonly number[],
  kindOf: ArrayLike<number>,
): AcceptancePredictor {
  return {
    name,
    begin: () => ({
      predict: ({ candidates }, index) => acceptances[kindOf[candidates[index] ?? 0] ?? 0] ?? 0,
    }),
  };
}

/** Builds the laboratory; the pictures come from `seed`. */
export function laboratory(seed: number, kinds = LABORATORY_KINDS): Laboratory {
  const hiddenSize = 16;
  const chains = stretchChains({ kinds: [...kinds], persistence: 0.6 });
  const pictures = [1, 0.3].map((scale, place) =>
    Array.from({ length: chains.draft.vocabSize }, (_, token) => {
      const random = stream(seed, "picture", place, token);
      return Array.from({ length: hiddenSize }, () => scale * random.normal());
    })
  );
  const picture = (text: readonly number[], places: number): Float32Array => {
    const last = pictures[0]![text.at(-1) ?? 0];
    const before = places > 1 && text.length > 1 ? pictures[1]![text.at(-2) ?? 0] : undefined;
    const sums = new Float32Array(hiddenSize);
    for (let i = 0; i < hiddenSize; i++) sums[i] = (last?.[i] ?? 0) + (before?.[i] ?? 0);
    return sums;
  };
  return {
    hiddenSize,
    draft: withFeatures(markovModel(chains.draft), (text) => picture(text, 2)),
    plainDraft: markovModel(chains.draft),
    target: markovModel(chains.target),
    lastPicture: (text) => picture(text, 1),
    exactHead: kindPredictor("exact head", kinds.map((kind) => kind.acceptance), chains.kindOf),
  };
}
