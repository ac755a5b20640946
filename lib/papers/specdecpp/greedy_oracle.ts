/**
 * The oracle for greedy decoding (paper 10): it knows where draft and target disagree.
 *
 * @module
 */
import { checkWhole } from "offprint/decoding/verification/mod.ts";

/** Costs of greedy decoding of one text. */
export interface GreedyCounts {
  /** Candidates of each round. */
  schedule: number[];
  targetCalls: number;
  discarded: number;
}

/**
 * The oracle stops each round right before the next mismatch, so that the verification itself emits the
 * target's token there: nothing is discarded, and there are as many calls as mismatches, plus one if tokens
 * remain after the last.
 *
 * @param tokens Length of the text.
 * @param mismatches Positions, from 1, where the two most likely tokens differ; increasing.
 * @throws {RangeError} for positions that are not increasing whole numbers from 1 to `tokens`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { greedyOracle } from "offprint/papers/specdecpp/mod.ts";
 *
 * assertEquals(greedyOracle(10, [3, 7]), { schedule: [2, 3, 3], targetCalls: 3, discarded: 0 });
 * ```
 */
export function greedyOracle(tokens: number, mismatches: readonly number[]): GreedyCounts {
  checkMismatches(tokens, mismatches);
  const schedule: number[] = [];
  let done = 0;
  for (const mismatch of mismatches) {
    schedule.push(mismatch - done - 1);
    done = mismatch;
  }
  // Without a mismatch ahead all remaining tokens can be drafted; the decoder adds no bonus token then.
  if (done < tokens) schedule.push(tokens - done);
  return { schedule, targetCalls: schedule.length, discarded: 0 };
}

/**
 * Greedy decoding with a constant K: candidates match the target up to the next mismatch, and a round that
 * matches entirely adds the target's next token where there is room.
 *
 * @throws {UserError} unless `candidates` is a whole number above 0.
 * @throws {RangeError} for bad positions, as {@linkcode greedyOracle}.
 */
export function greedyConstant(
  tokens: number,
  mismatches: readonly number[],
  candidates: number,
): GreedyCounts {
  checkWhole("candidates", candidates, 1);
  checkMismatches(tokens, mismatches);
  const schedule: number[] = [];
  let discarded = 0;
  let done = 0;
  while (done < tokens) {
    const drafted = Math.min(candidates, tokens - done);
    const mismatch = mismatches.find((position) => position > done) ?? Infinity;
    const accepted = Math.min(drafted, mismatch - done - 1);
    schedule.push(drafted);
    discarded += drafted - accepted;
    done = Math.min(tokens, done + accepted + 1);
  }
  return { schedule, targetCalls: schedule.length, discarded };
}

function checkMismatches(tokens: number, mismatches: readonly number[]): void {
  checkWhole("tokens", tokens, 0);
  let last = 0;
  for (const position of mismatches) {
    if (!Number.isInteger(position) || position <= last || position > tokens) {
      throw new RangeError(
        `mismatches: got ${position} after ${last}, expected increasing positions from 1 to ${tokens}`,
      );
    }
    last = position;
  }
}
