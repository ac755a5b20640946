/**
 * Candidate-length policies as pure rules: from numbers about the candidates drafted so far to "draft one
 * more" or "verify now". The same rule drives a decoder ({@linkcode draftBy}) and the what-if tool, which
 * has only a log.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { checkWhole } from "../verification/option_checks.ts";
import type { RoundOutcome } from "./drafting_policy.ts";

/** The numbers about a candidate that rules can ask for. */
export type Signal = "confidence" | "top" | "predicted";

/** The round so far, as a rule sees it. An array holds numbers only if the rule asked for its signal. */
export interface RoundSignals {
  /** Candidates drafted so far, at least 1 when a rule is asked. */
  readonly drafted: number;
  /** The draft's own probability of each candidate, after its warp; `drafted` values. */
  readonly confidence: readonly number[];
  /** The draft's largest probability at each candidate's position; `drafted` values. */
  readonly top: readonly number[];
  /** Predicted acceptance of the candidates that the predictor has seen: all but the last `lag`. */
  readonly predicted: readonly number[];
}

/** A rule at work on one text. */
export interface RuleRun {
  /** Whether to draft one more candidate. */
  more(round: RoundSignals): boolean;
  /** Told after each verification. */
  verified?(outcome: RoundOutcome): void;
}

/** When to stop drafting. It looks at the draft's side alone, so it never changes the output law. */
export interface StoppingRule {
  readonly name: string;
  /** The signal it needs; none for rules that only count. */
  readonly signal?: Signal;
  /** How many candidates the predictions lag behind: 1 where they come from hidden states (default 0). */
  readonly lag?: 0 | 1;
  /** Starts on a new text. */
  begin(): RuleRun;
}

/**
 * Always `candidates` tokens (K).
 *
 * @throws {UserError} unless `candidates` is a whole number above 0.
 */
export function constantRule(candidates: number): StoppingRule {
  checkWhole("candidates", candidates, 1);
  return stateless(`constant ${candidates}`, (round) => round.drafted < candidates);
}

/**
 * The schedule of Hugging Face's assisted generation before version 4.45: two more after a fully accepted
 * round, otherwise one less, at least 1.
 *
 * @param start Candidates of the first round. Default 5.
 * @throws {UserError} unless `start` and `max` are whole numbers above 0.
 */
export function heuristicRule({ start = 5, max = Infinity } = {}): StoppingRule {
  checkWhole("start", start, 1);
  checkWhole("max", max, 1, true);
  return {
    name: `heuristic +2/−1 from ${start}`,
    begin() {
      let candidates = Math.min(start, max);
      return {
        more: (round) => round.drafted < candidates,
        verified({ drafted, accepted }) {
          // As in the original, also a round cut short by the end of the text counts as accepted in full.
          candidates = accepted === drafted
            ? Math.min(candidates + 2, max)
            : Math.max(candidates - 1, 1);
        },
      };
    },
  };
}

/**
 * A given number of candidates for each round, the last one from then on: the oracle of the paper when the
 * list is made by {@linkcode greedyOracle}. A 0 counts as 1, for a decoder always drafts.
 *
 * @throws {UserError} for an empty list or an entry that is not a whole number of at least 0.
 */
export function scheduledRule(candidates: readonly number[]): StoppingRule {
  if (candidates.length === 0) {
    throw new UserError({ what: "schedule", got: [], expected: "at least one number" });
  }
  for (const each of candidates) checkWhole("schedule", each, 0);
  return {
    name: "schedule",
    begin() {
      let round = 0;
      return {
        more: ({ drafted }) => drafted < candidates[Math.min(round, candidates.length - 1)]!,
        verified: () => void round++,
      };
    },
  };
}

/** Bounds of a threshold rule. */
export interface ThresholdBounds {
  /** Fewest candidates of a round. Default 1. */
  min?: number;
  /** Most candidates of a round. Default 20. */
  max?: number;
}

/**
 * Stops at the first candidate whose own draft probability is below `threshold`; that candidate is still
 * verified. With the defaults it is Hugging Face's dynamic speculation since version 4.45.
 *
 * @throws {UserError} for a threshold outside [0, 1] or bad bounds.
 */
export function confidenceRule(
  threshold = 0.4,
  bounds: ThresholdBounds = {},
): StoppingRule {
  return {
    ...thresholdRule(
      `confidence ${threshold}`,
      threshold,
      bounds,
      ({ drafted, confidence }) => confidence[drafted - 1]!,
    ),
    signal: "confidence",
  };
}

/** Drafts on while what is `certain` of the candidates so far reaches the threshold, within the bounds. */
function thresholdRule(
  name: string,
  threshold: number,
  { min = 1, max = 20 }: ThresholdBounds,
  certain: (round: RoundSignals) => number,
): StoppingRule {
  checkShare("threshold", threshold);
  checkBounds(min, max);
  return stateless(
    name,
    (round) => round.drafted < max && (round.drafted < min || certain(round) >= threshold),
  );
}

/**
 * Stops once the product of the draft's largest probabilities is below `threshold`: SpecDec++'s rule with
 * the draft's own certainty in place of a trained prediction.
 *
 * @throws {UserError} for a threshold outside [0, 1] or bad bounds.
 */
export function topProbabilityRule(
  threshold: number,
  bounds: ThresholdBounds = {},
): StoppingRule {
  return {
    ...thresholdRule(
      `top probability ${threshold}`,
      threshold,
      bounds,
      ({ top }) => product(top),
    ),
    signal: "top",
  };
}

/** Options of {@linkcode specDecPPRule}. */
export interface SpecDecPPRuleOptions extends ThresholdBounds {
  /** h: drafting stops when the predicted probability of a rejection exceeds it. In [0, 1]. */
  threshold: number;
  /** Fewest candidates of a round. Default 2. */
  min?: number;
  /**
   * How many candidates the product leaves out: 1 (default) where the prediction for a candidate needs the
   * forward pass that also drafts its successor; 0 where it is known at once.
   */
  lag?: 0 | 1;
}

/**
 * SpecDec++'s stopping rule: verify once `1 − Π P̂ᵢ > h`, the product over the candidates predicted so far.
 * Compared as `Π P̂ᵢ < 1 − h`, which loses nothing near 0. With h = 1 every round has `max` candidates,
 * with h = 0 it has `min` unless a prediction is exactly 1.
 *
 * @throws {UserError} for a threshold outside [0, 1] or bad bounds.
 */
export function specDecPPRule(
  { threshold, min = 2, max = 20, lag = 1 }: SpecDecPPRuleOptions,
): StoppingRule {
  checkShare("threshold h", threshold);
  checkBounds(min, max);
  return {
    ...stateless(`SpecDec++ h = ${threshold}`, ({ drafted, predicted }) => {
      if (drafted >= max) return false;
      return drafted < min || !(product(predicted) < 1 - threshold);
    }),
    signal: "predicted",
    lag,
  };
}

function stateless(name: string, more: (round: RoundSignals) => boolean): StoppingRule {
  const run: RuleRun = { more };
  return { name, begin: () => run };
}

function product(factors: readonly number[]): number {
  let result = 1;
  for (const factor of factors) result *= factor;
  return result;
}

/** @throws {UserError} unless `value` lies in [0, 1]. */
export function checkShare(what: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new UserError({
    what,
    got: value,
    expected: "a number in [0, 1]",
    todo: "Give for example 0.4.",
  });
}

function checkBounds(min: number, max: number): void {
  checkWhole("min", min, 1);
  checkWhole("max", max, min);
}
