/**
 * Experiments of paper 08 that a sweep can run: in a cell of the notebook, and by `deno task sweep 08`.
 *
 * @module
 */
import { binaryOutcomeExample } from "offprint/contracts/instance/mod.ts";
import { ContractBandit, shrinkingMargin } from "offprint/contracts/learning/mod.ts";
import { checkNumber } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";

/** A worker who may shirk, and a learner with a shrinking margin. */
export interface MarginRegret {
  /** How much likelier success is with work than without. @unit probability */
  gap?: number;
  /** Largest payment. @unit rewards of one success */
  cap?: number;
  /** Rounds, T. */
  rounds?: number;
  /** Bonus from which on the agent works. @unit rewards of one success */
  threshold?: number;
}

/** Probability of success without work. */
const SHIRKING = 0.2;

/**
 * Regret of a learner that pays what it knows to be enough and a margin that shrinks with what it has seen.
 *
 * @throws {UserError} for numbers that make no sense.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { marginRegret } from "offprint/papers/contractual_rl/experiments.ts";
 *
 * assert(marginRegret({ gap: 0.5, rounds: 1000 }, 1).regret > 0);
 * ```
 */
export function marginRegret(
  { gap = 0.5, cap = 1, rounds = 100_000, threshold = 0.3 }: MarginRegret,
  seed: number,
): { regret: number; "regret / √T": number } {
  checkNumber("rounds", rounds, { least: 1, whole: true });
  const instance = binaryOutcomeExample([SHIRKING, SHIRKING + gap], [threshold], 1, { cap });
  // The same draws at every cap and gap, one a round: then differences between points are paired by seed.
  const bandit = new ContractBandit(instance, stream(seed, "margin"));
  shrinkingMargin(bandit, rounds, {
    target: 1,
    outcome: 1,
    rivalProbability: SHIRKING,
    extraCost: threshold * gap,
  });
  const { total } = bandit.ledger;
  return { regret: total, "regret / √T": total / Math.sqrt(rounds) };
}
