/**
 * What a learner pays from round to round.
 *
 * @module
 */
import type { ContractBandit } from "offprint/contracts/learning/mod.ts";

/** The payment of one round. */
export interface BonusRow {
  /** From 1. */
  round: number;
  /** Promised for the watched outcome. */
  bonus: number;
  [column: string]: number;
}

/**
 * Lets a learner play and records what it promises for one outcome, in few enough rounds for a figure: all of the
 * first ten, and then at most 50 of each decade, evenly spread on a logarithmic axis.
 *
 * @param outcome the watched outcome
 * @param learn plays on the bandit that it is handed; its regret is in that bandit's ledger
 */
export function bonusTrace(
  bandit: ContractBandit,
  outcome: number,
  learn: (bandit: ContractBandit) => void,
): BonusRow[] {
  const rows: BonusRow[] = [];
  let next = 1;
  const post = bandit.post.bind(bandit);
  bandit.post = (contract, rec) => {
    const round = bandit.ledger.episodes + 1;
    if (round >= next) {
      rows.push({ round, bonus: contract[outcome]! });
      next = Math.max(round + 1, round * 10 ** (1 / 50));
    }
    return post(contract, rec);
  };
  try {
    learn(bandit);
  } finally {
    bandit.post = post;
  }
  return rows;
}
