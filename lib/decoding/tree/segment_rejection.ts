/**
 * Segment rejection (the CARDS family): a text grows by segments that end where the next token is uncertain, and each
 * segment is accepted or drawn again by the reward of the text so far against a rising target.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { checkWhole } from "../verification/option_checks.ts";
import { Growth, type TreeOptions } from "./growth.ts";
import { textOf, type TreeResult } from "./node.ts";
import { checkNumbers } from "./reward.ts";

/** How {@linkcode segmentRejection} decodes. */
export interface SegmentRejectionOptions extends TreeOptions {
  /** The reward that a whole text should have (r*), in the reward's own units. */
  goal: number;
  /** Share of the goal in the target of the first segment (a), in [0, 1]. Default 0.5. */
  share?: number;
  /** How much below the target is still accepted now and then (β), above 0. Default 0.7. */
  beta?: number;
  /** A segment ends where the next token's entropy exceeds this (τ), nats. Default 2. */
  entropy?: number;
  /** Segments tried before the best of them is taken. Default 20. */
  tries?: number;
  /** Whole texts written, of which the reward chooses one. Default 1. */
  restarts?: number;
}

/**
 * Writes `restarts` texts segment by segment. A segment with reward r of the text so far is accepted with probability
 * `min(1, e^((r − target)/β))`, where the target rises linearly with the length from `(1 − a) r(x, empty) + a r*` to
 * `r*`. All tokens of rejected segments are counted.
 *
 * @throws {UserError} for options out of range, and as {@linkcode bestOfN}.
 */
export async function segmentRejection(options: SegmentRejectionOptions): Promise<TreeResult> {
  const { reward, prompt = [], goal, maxTokens } = options;
  const { share = 0.5, beta = 0.7, entropy = 2, tries = 20, restarts = 1 } = options;
  checkWhole("tries", tries, 1);
  checkWhole("restarts", restarts, 1);
  checkNumber("goal", goal, Number.isFinite(goal), "a number", 1);
  checkNumber("share", share, share >= 0 && share <= 1, "a number in [0, 1]", 0.5);
  checkNumber("beta", beta, beta > 0, "a number above 0", 0.7);
  checkNumber("entropy", entropy, entropy >= 0, "a number of nats, at least 0", 2);
  const growth = await Growth.open(options);
  const { nodes, account } = growth;
  const rewardOf = async (tokens: readonly number[], complete: boolean): Promise<number> => {
    account.reward += tokens.length;
    const scores = await reward.score(prompt, [{ tokens, complete }]);
    checkNumbers(`reward "${reward.name}"`, scores, 1);
    return scores[0]!;
  };
  try {
    const empty = await rewardOf([], false);
    const first = (1 - share) * empty + share * goal;
    const leaves: number[] = [];
    for (let restart = 0; restart < restarts; restart++) {
      let tip: number | undefined;
      while (tip === undefined || !nodes[tip]!.finished) {
        const parent: number | undefined = tip;
        const length = parent === undefined ? 0 : growth.lengthOf(parent);
        if (parent !== undefined) await growth.readTips([parent]);
        const target = Math.min(goal, first + length * (goal - first) / maxTokens);
        let best: { id: number; value: number } | undefined;
        let accepted = false;
        for (let attempt = 0; attempt < tries && !accepted; attempt++) {
          const id = parent === undefined
            ? growth.branchOfPrompt([restart, attempt])
            : growth.branch(parent, attempt);
          await growth.grow([id], maxTokens, (distribution) => entropyOf(distribution) > entropy);
          const { finished } = nodes[id]!;
          const value = await rewardOf(textOf(nodes, id), finished);
          nodes[id]!.score = value;
          accepted = growth.uniform(id) < Math.exp((value - target) / beta);
          const better = accepted || best === undefined || value > best.value;
          if (better && best !== undefined) growth.drop(best.id, "rejected");
          if (!better) growth.drop(id, "rejected");
          if (better) best = { id, value };
        }
        tip = best!.id;
        if (parent !== undefined) {
          nodes[parent]!.outcome = "parent";
          growth.release(parent);
        }
      }
      leaves.push(tip);
      growth.release(tip);
    }
    return await growth.choose(leaves);
  } finally {
    growth.close();
  }
}

/** −Σ p log p, nats. */
export function entropyOf(distribution: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < distribution.length; i++) {
    const p = distribution[i]!;
    if (p > 0) sum -= p * Math.log(p);
  }
  return sum;
}

function checkNumber(
  what: string,
  got: number,
  right: boolean,
  expected: string,
  example: number,
): void {
  if (!right) throw new UserError({ what, got, expected, todo: `Give for example ${example}.` });
}
