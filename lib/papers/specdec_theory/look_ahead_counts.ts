/**
 * Exact costs of speculative decoding that drafts only a few tokens a round, with or without a bonus
 * token: rejections, target calls and drafted tokens are three different numbers.
 *
 * @module
 */
import type { ChainPair } from "offprint/lm/exact/mod.ts";
import { checkVocabularies, checkWhole, rootLaw } from "offprint/decoding/verification/mod.ts";

/** What a round drafts and what it may add. */
export interface LookAhead {
  /** Candidates a round drafts (K), fewer at the end of the text; `Infinity`: to the end. */
  candidates: number;
  /** Whether a fully accepted round adds one token from the target, where there is room. */
  bonus: boolean;
  /** Texts drafted in each round (M). Default 1. */
  drafts?: number;
}

/** Expected costs of one text. */
export interface LookAheadCounts {
  /** E[N_rej]. Without bonus and with one draft it is Theorem 1's, whatever K. */
  rejections: number;
  /** Target forward passes, one a round. */
  targetCalls: number;
  /** Candidates drafted, in all drafts. */
  drafted: number;
  /** Candidates thrown away, the rejected ones included. */
  discarded: number;
  /** Tokens of the text divided by expected target calls. */
  tokensPerCall: number;
}

/**
 * Expected rejections, target calls, drafted and discarded tokens of a text of `steps` tokens, exactly, from the
 * probability that a round starts after n tokens of which the last is i. Costs O(T K V²).
 *
 * @throws {UserError} for vocabularies of different size, or `steps`, `candidates` or `drafts` out of range.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { lookAheadCounts } from "offprint/papers/specdec_theory/mod.ts";
 * import { twoStateChains } from "offprint/lm/exact/mod.ts";
 *
 * const counts = lookAheadCounts(twoStateChains(), 20, { candidates: 4, bonus: true });
 * assertAlmostEquals(counts.targetCalls, 6.1507, 1e-4);
 * ```
 */
export function lookAheadCounts(
  pair: ChainPair,
  steps: number,
  { candidates, bonus, drafts = 1 }: LookAhead,
): LookAheadCounts {
  checkVocabularies(pair.draft, pair.target);
  checkWhole("steps", steps, 0);
  checkWhole("candidates", candidates, 1, true);
  checkWhole("drafts", drafts, 1);
  const { draft, target } = pair;
  const size = target.vocabSize;
  // starts[n][i]: probability that a round starts after n tokens, the last being i (0 before the first).
  const starts = Array.from({ length: steps + 1 }, () => new Float64Array(size));
  starts[0]![0] = 1;
  const counts = { rejections: 0, targetCalls: 0, drafted: 0, discarded: 0 };

  for (let n = 0; n < steps; n++) {
    let reached = starts[n]!;
    const rounds = sum(reached);
    const length = Math.min(candidates, steps - n);
    counts.targetCalls += rounds;
    counts.drafted += rounds * length * drafts;
    for (let j = 1; j <= length; j++) {
      const accepted = new Float64Array(size);
      let rejected = 0;
      for (let i = 0; i < size; i++) {
        const mass = reached[i]!;
        if (mass === 0) continue;
        const law = rootLaw(target.row(n + j, i), draft.row(n + j, i), j === 1 ? drafts : 1);
        rejected += mass * law.rejection;
        for (let token = 0; token < size; token++) {
          accepted[token]! += mass * law.accepted[token]!;
          starts[n + j]![token]! += mass * law.replaced[token]!;
        }
      }
      counts.rejections += rejected;
      counts.discarded += rejected * (length * drafts - (j - 1));
      reached = accepted;
    }
    counts.discarded += sum(reached) * length * (drafts - 1);
    const end = n + length;
    for (let i = 0; i < size; i++) {
      if (!bonus || end === steps) {
        starts[end]![i]! += reached[i]!;
      } else if (reached[i]! > 0) {
        const row = target.row(end + 1, i);
        for (let token = 0; token < size; token++) {
          starts[end + 1]![token]! += reached[i]! * row[token]!;
        }
      }
    }
  }
  return { ...counts, tokensPerCall: steps / counts.targetCalls };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
