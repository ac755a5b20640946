/**
 * Best-of-N sampling: N whole texts, and the one that a reward model likes best.
 *
 * @module
 */
import { checkWhole } from "../verification/option_checks.ts";
import { Growth, type TreeOptions } from "./growth.ts";
import type { TreeResult } from "./node.ts";

/** How {@linkcode bestOfN} decodes. */
export interface BestOfNOptions extends TreeOptions {
  /** Texts drawn (the paper's N). */
  n: number;
}

/**
 * Draws `n` responses and returns the one with the highest reward, of equal ones the first.
 *
 * @throws {UserError} for a wrong size, a prompt that leaves no room, or a reward that is not a number.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bestOfN, rewardFunction } from "offprint/decoding/tree/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 * import { stream } from "offprint/random.ts";
 *
 * const { account } = await bestOfN({
 *   policy: markovModel(twoStateChains().target),
 *   reward: rewardFunction("ones", (tokens) => tokens.filter((token) => token === 1).length),
 *   n: 4,
 *   maxTokens: 10,
 *   random: (path) => stream(1, "example", ...path),
 * });
 * assertEquals(account.generated, 40);
 * ```
 */
export async function bestOfN(options: BestOfNOptions): Promise<TreeResult> {
  const { n, maxTokens } = options;
  checkWhole("n", n, 1);
  const growth = await Growth.open(options);
  try {
    const roots = Array.from({ length: n }, (_, number) => growth.root(number));
    await growth.grow(roots, maxTokens);
    return await growth.choose(roots);
  } finally {
    growth.close();
  }
}
