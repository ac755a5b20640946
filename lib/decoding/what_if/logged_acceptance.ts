/**
 * Decoding whose acceptance is stated by a log, so that models of any weights can be timed as if they were a
 * trained pair.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { SpeculativeOptions } from "../decoders/speculation_loop.ts";
import type { CandidateLengthPolicy } from "../policies/drafting_policy.ts";
import { watchedPolicy } from "../policies/watched_policy.ts";
import type { TextLog } from "./log.ts";

/**
 * A rule that accepts the candidate at each position of a text with the probability that `log` states there,
 * whatever the two models say; after a rejection it draws from the target. It is the process that `whatIf`
 * replays, run with the passes of real models: what the tool predicts can be measured on this machine before
 * there are trained models. The texts are no texts of the target.
 *
 * Both parts go to one call of `speculate`, with a bonus token; a second text needs its own.
 *
 * @throws {UserError} while decoding, at a position beyond the end of the log.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { speculate } from "offprint/decoding/decoders/mod.ts";
 * import { constantLength } from "offprint/decoding/policies/mod.ts";
 * import { loggedAcceptance } from "offprint/decoding/what_if/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 * import { stream } from "offprint/random.ts";
 *
 * const { draft, target } = twoStateChains();
 * const { rounds, rejections } = await speculate({
 *   draft: markovModel(draft),
 *   target: markovModel(target),
 *   maxTokens: 6,
 *   bonus: true,
 *   random: stream(1, "example"),
 *   ...loggedAcceptance({ acceptance: [1, 1, 1, 0, 1, 1] }, constantLength(2)),
 * });
 * // Two candidates and a bonus token, a rejection, two candidates.
 * assertEquals([rounds, rejections], [3, 1]);
 * ```
 */
export function loggedAcceptance(
  { acceptance }: TextLog,
  policy: CandidateLengthPolicy,
): Required<Pick<SpeculativeOptions, "candidates" | "rule">> {
  let begin = 0; // of the round
  let examined = 0; // of its candidates
  return {
    candidates: watchedPolicy(policy, {
      verified({ accepted }) {
        begin += accepted + 1; // a replacement or a bonus token follows
        examined = 0;
      },
    }),
    rule: {
      name: "logged acceptance",
      acceptedMass(token, draft) {
        const share = acceptance[begin + examined++];
        if (share !== undefined) return share * draft[token]!;
        throw new UserError({
          what: "logged acceptance",
          got: new Described(`a log of ${acceptance.length} tokens`),
          expected: "one for each token that is decoded",
          todo: "Log longer texts, or decode fewer tokens.",
        });
      },
      replacement: (_draft, target) => target,
    },
  };
}
