/**
 * A pair of chains with easy and hard stretches of text, in which the acceptance probability of every
 * candidate is known exactly: the laboratory of paper 10's policies.
 *
 * @module
 */
import { type ChainPair, markovChain } from "offprint/lm/exact/mod.ts";
import { checkShare } from "offprint/decoding/policies/mod.ts";

/** One kind of token. */
export interface TokenKind {
  /** a: probability that a drafted token of this kind is accepted. */
  acceptance: number;
  /** Share of the kind in long texts; kinds sum to 1. */
  share: number;
  /** The draft's probability of the likelier of the kind's two variants: how sure it looks. Default 0.5. */
  certainty?: number;
}

/** What {@linkcode stretchChains} builds. */
export interface StretchOptions {
  kinds: readonly TokenKind[];
  /** Probability that the next token keeps the kind; otherwise it is drawn by the shares. 0 is independent. */
  persistence: number;
}

/** Chains with stretches, and what their tokens are. */
export interface StretchChains extends ChainPair {
  /** Kind of each token, an index into `kinds`. */
  readonly kindOf: readonly number[];
}

/**
 * Tokens come in kinds with two variants each, and every such token has a twin that only the target writes.
 * The kind of the next token is a Markov chain, the same for both models. Given the kind k and the variant,
 * the target writes the drafted token with probability aₖ and its twin otherwise: so a drafted token of
 * kind k is accepted with probability aₖ exactly, and a rejected one is replaced by a twin.
 *
 * With persistence 0 acceptance probabilities are independent, as in {@linkcode thresholdRates}.
 *
 * @throws {UserError} for probabilities outside [0, 1].
 * @throws {RangeError} for shares that do not sum to 1.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { totalVariation } from "offprint/decoding/verification/mod.ts";
 * import { stretchChains } from "offprint/papers/specdecpp/mod.ts";
 *
 * const { draft, target } = stretchChains({
 *   kinds: [{ acceptance: 0.98, share: 2 / 3 }, { acceptance: 0.5, share: 1 / 3 }],
 *   persistence: 0,
 * });
 * assertAlmostEquals(1 - totalVariation(draft.row(2, 0), target.row(2, 0)), 0.82);
 * ```
 */
export function stretchChains({ kinds, persistence }: StretchOptions): StretchChains {
  checkShare("persistence", persistence);
  const shares = kinds.reduce((sum, { share }) => sum + share, 0);
  if (Math.abs(shares - 1) > 1e-9) {
    throw new RangeError(`stretchChains: got shares of sum ${shares}, expected 1`);
  }
  const kindOf: number[] = [];
  kinds.forEach(({ acceptance, share, certainty = 0.5 }, kind) => {
    checkShare("acceptance", acceptance);
    checkShare("share", share);
    checkShare("certainty", certainty);
    for (let token = 0; token < 4; token++) kindOf.push(kind);
  });
  const vocabSize = kindOf.length;
  // Of a kind's four tokens: two variants that both models write, then their twins.
  const row = (side: "draft" | "target", before: number | undefined): number[] =>
    kindOf.map((kind, token) => {
      const { acceptance, share, certainty = 0.5 } = kinds[kind]!;
      const kindMass = (1 - persistence) * share +
        (before === kind ? persistence : before === undefined ? persistence * share : 0);
      const variant = token % 2 === 0 ? certainty : 1 - certainty;
      const twin = token % 4 >= 2;
      const written = side === "draft" ? (twin ? 0 : 1) : twin ? 1 - acceptance : acceptance;
      return kindMass * variant * written;
    });
  const chain = (side: "draft" | "target") =>
    markovChain({
      name: `stretches, ${side}`,
      vocabSize,
      first: row(side, undefined),
      next: (_step, previous) => row(side, kindOf[previous]),
    });
  return { draft: chain("draft"), target: chain("target"), kindOf };
}
