/**
 * Watching a policy without changing it.
 *
 * @module
 */
import {
  type CandidateLengthPolicy,
  type RoundOutcome,
  watchedPolicy,
} from "offprint/decoding/policies/mod.ts";

/** The same policy, which reports how each round ended. */
export function noting(
  policy: CandidateLengthPolicy,
  onRound: (outcome: RoundOutcome) => void,
): CandidateLengthPolicy {
  return watchedPolicy(policy, { verified: onRound });
}

/** A round as a reader sees it: ● for each accepted candidate, ○ for each discarded one. */
export function roundMarks({ drafted, accepted }: RoundOutcome): string {
  return "●".repeat(accepted) + "○".repeat(drafted - accepted);
}
