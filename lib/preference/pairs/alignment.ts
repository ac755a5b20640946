/**
 * Which tokens of two responses correspond: the longest common subsequence, and the mask of what is outside
 * it (paper 04, section 6, E).
 *
 * @module
 */

/** One mask a response: 1 on tokens outside the longest common alignment, else 0. */
export interface TokenMasks {
  chosen: Float64Array;
  rejected: Float64Array;
}

/**
 * Masks of the tokens in which two responses differ. Among alignments of equal length the one is taken that
 * matches the latest tokens first.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { differingTokens } from "offprint/preference/pairs/mod.ts";
 *
 * const masks = differingTokens([7, 1, 2], [8, 1, 2]);
 * assertEquals([...masks.chosen, ...masks.rejected], [1, 0, 0, 1, 0, 0]);
 * ```
 */
export function differingTokens(
  chosen: readonly number[],
  rejected: readonly number[],
): TokenMasks {
  const [n, m] = [chosen.length, rejected.length];
  // longest[i][j]: length of the longest common subsequence of the first i and the first j tokens.
  const longest = Array.from({ length: n + 1 }, () => new Int32Array(m + 1));
  for (let i = 1; i <= n; i++) {
    for (let j = 1; j <= m; j++) {
      longest[i]![j] = chosen[i - 1] === rejected[j - 1]
        ? longest[i - 1]![j - 1]! + 1
        : Math.max(longest[i - 1]![j]!, longest[i]![j - 1]!);
    }
  }
  const masks = { chosen: new Float64Array(n).fill(1), rejected: new Float64Array(m).fill(1) };
  for (let i = n, j = m; i > 0 && j > 0;) {
    if (chosen[i - 1] === rejected[j - 1]) {
      masks.chosen[--i] = 0;
      masks.rejected[--j] = 0;
    } else if (longest[i - 1]![j]! >= longest[i]![j - 1]!) i--;
    else j--;
  }
  return masks;
}
