/**
 * Watching a policy without changing it.
 *
 * @module
 */
import type { CandidateLength, RoundOutcome } from "offprint/decoding/policies/mod.ts";

/** The same policy, which tells how each round ended. */
export function noting(
  policy: CandidateLength,
  onRound: (outcome: RoundOutcome) => void,
): CandidateLength {
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
