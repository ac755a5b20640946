/**
 * Speculative rejection (speculative best-of-N): begins with many texts and drops the worst of them at intervals;
 * nothing is branched again.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { quantile } from "offprint/stats.ts";
import { checkWhole } from "../verification/option_checks.ts";
import { Growth, type TreeOptions } from "./growth.ts";
import type { TreeResult } from "./node.ts";
import type { PartialScore } from "./partial_score.ts";

/** How {@linkcode speculativeRejection} decodes. */
export interface SpeculativeRejectionOptions extends TreeOptions {
  /** Texts at the start (N₀). */
  n: number;
  /** Tokens between two cuts. */
  every: number;
  /** The quantile of the scores below which texts are dropped, in [0, 1). Default 0.5. */
  alpha?: number;
  /** Ranks unfinished texts; in the method's own form the reward model on prefixes. */
  score: PartialScore;
}

/**
 * Draws texts in step, drops at every check those that score below the `alpha` quantile, and returns the one with the
 * highest reward of the rest. Finished texts are kept or dropped by the same rule.
 *
 * @throws {UserError} for a wrong size or share, and as {@linkcode bestOfN}.
 */
export async function speculativeRejection(
  options: SpeculativeRejectionOptions,
): Promise<TreeResult> {
  const { n, every, alpha = 0.5, score } = options;
  checkWhole("n", n, 1);
  checkWhole("every", every, 1);
  if (!(alpha >= 0 && alpha < 1)) {
    throw new UserError({
      what: "alpha",
      got: alpha,
      expected: "a number in [0, 1)",
      todo: "Give for example 0.5, which drops the worse half.",
    });
  }
  const growth = await Growth.open(options, score);
  const { nodes } = growth;
  try {
    let texts = Array.from({ length: n }, (_, number) => growth.root(number));
    while (true) {
      const growing = texts.filter((id) => !nodes[id]!.finished);
      await growth.grow(texts, every);
      if (texts.every((id) => nodes[id]!.finished)) break;
      await growth.score(growing);
      const cut = quantile(texts.map((id) => nodes[id]!.score!).sort((a, b) => a - b), alpha);
      const kept = texts.filter((id) => nodes[id]!.score! >= cut);
      for (const id of texts) if (nodes[id]!.score! < cut) growth.drop(id, "pruned");
      // Only what is kept is read on: a pruned text costs nothing more.
      await growth.readTips(kept);
      texts = kept.map((id) => {
        if (nodes[id]!.finished) return id;
        nodes[id]!.outcome = "parent";
        return growth.child(id, 0);
      });
    }
    return await growth.choose(texts);
  } finally {
    growth.close();
  }
}
