/**
 * When to stop drafting and verify: the one thing adaptive speculative decoding changes. A policy never
 * changes the output law, as long as it looks only at what the draft has produced.
 *
 * @module
 */
import type { LanguageModel, Tokens } from "offprint/lm/interface/mod.ts";
import { checkWhole } from "../verification/option_checks.ts";

/** The text that a policy starts on. */
export interface TextStart {
  /** The draft that will propose the candidates. */
  readonly draft: LanguageModel;
  readonly prompt: Tokens;
}

/** The round so far, as a policy sees it: the draft's side only. */
export interface DraftRound {
  /** Tokens generated before this round. */
  readonly position: number;
  /** The tokens themselves, prompt not included; the array grows with the text. */
  readonly text: readonly number[];
  /** Candidates drafted so far; never empty when a policy is asked. */
  readonly candidates: readonly number[];
  /** The distribution each candidate was drawn from. */
  readonly distributions: readonly Float64Array[];
  /**
   * With `needsHidden`: the draft's last hidden state after reading `candidates[i]`, for all candidates
   * but the last, which the draft has not read yet (the one-token lag of SpecDec++).
   */
  readonly hidden: readonly Float32Array[];
}

/** How a round ended, given to policies that learn from it. */
export interface RoundOutcome {
  readonly drafted: number;
  /** Candidates accepted, from 0 to `drafted`. */
  readonly accepted: number;
}

/** A policy at work on one text; it may keep state between that text's rounds. */
export interface CandidateLengthPolicyRun {
  /** Whether to draft one more candidate; asked after each one. The decoder itself ends a round at a stop token and at the length limit. */
  more(round: DraftRound): boolean | Promise<boolean>;
  /** Called after each verification. */
  verified?(outcome: RoundOutcome): void;
  /** Called when the text is done or has failed: frees what the run holds. */
  end?(): void;
}

/** A candidate-length policy. */
export interface CandidateLengthPolicy {
  readonly name: string;
  /** Whether `DraftRound.hidden` is wanted; the draft model must give hidden states. */
  readonly needsHidden?: boolean;
  /** Starts on a new text. */
  begin(start: TextStart): CandidateLengthPolicyRun;
}

/**
 * Always `candidates` tokens (the K of the literature); `Infinity` drafts to the end of the text, which is
 * the look-ahead of paper 02's Algorithm 1.
 *
 * @throws {UserError} unless `candidates` is a whole number above 0 or `Infinity`.
 */
export function constantLength(candidates: number): CandidateLengthPolicy {
  checkWhole("candidates", candidates, 1, true);
  const run: CandidateLengthPolicyRun = { more: (round) => round.candidates.length < candidates };
  return { name: `constant ${candidates}`, begin: () => run };
}
