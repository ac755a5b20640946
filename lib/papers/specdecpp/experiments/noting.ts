/**
 * Watching a policy without changing it.
 *
 * @module
 */
import type { CandidateLengthPolicy, RoundOutcome } from "offprint/decoding/policies/mod.ts";

/** The same policy, which reports how each round ended. */
export function noting(
  policy: CandidateLengthPolicy,
  onRound: (outcome: RoundOutcome) => void,
): CandidateLengthPolicy {
  return {
    ...policy,
    begin(start) {
      const run = policy.begin(start);
      return {
        more: (drafting) => run.more(drafting),
        verified(outcome) {
          onRound(outcome);
          run.verified?.(outcome);
        },
        end: () => run.end?.(),
      };
    },
  };
}

/** A round as a reader sees it: ● for each accepted candidate, ○ for each discarded one. */
export function roundMarks({ drafted, accepted }: RoundOutcome): string {
  return "●".repeat(accepted) + "○".repeat(drafted - accepted);
}
