/**
 * Watching a policy without changing it.
 *
 * @module
 */
import type {
  CandidateLengthPolicy,
  CandidateLengthPolicyRun,
  RoundOutcome,
} from "./drafting_policy.ts";

/** What a watcher is told. */
export interface PolicyWatcher {
  /** Called in place of `more`, which `ask` asks; gives back its answer. */
  more?(
    ask: () => ReturnType<CandidateLengthPolicyRun["more"]>,
  ): ReturnType<CandidateLengthPolicyRun["more"]>;
  /** Called before the policy learns how a round ended. */
  verified(outcome: RoundOutcome): void;
}

/** The same policy, with a watcher beside it. */
export function watchedPolicy(
  policy: CandidateLengthPolicy,
  { more = (ask) => ask(), verified }: PolicyWatcher,
): CandidateLengthPolicy {
  return {
    ...policy,
    begin(start) {
      const run = policy.begin(start);
      return {
        more: (round) => more(() => run.more(round)),
        verified(outcome) {
          verified(outcome);
          run.verified?.(outcome);
        },
        end: () => run.end?.(),
      };
    },
  };
}
