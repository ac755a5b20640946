/**
 * Partial scores from the token log-ratios of a preference-trained policy and its reference (TreeBoN, paper 01,
 * section 3.3 of its spec): `ℓ_k = log π*(y_k | x, y_:k) − log π(y_k | x, y_:k)`.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import type { TokenReader, Tokens, UnreadText } from "offprint/lm/interface/mod.ts";
import type { TreeAccount } from "./node.ts";
import type { PartialScore, ScoredPrefix, Segment } from "./partial_score.ts";

/** Names of the scores that are made of token log-probabilities. */
export const LOG_RATIO_SCORES = ["weighted", "sum", "mean", "logp-mean"] as const;

/** One of them. */
export type LogRatioName = typeof LOG_RATIO_SCORES[number];

/** No log-probability counts as lower than this, nats: a score must not be decided by one impossible token. */
export const LOG_PROB_FLOOR = -50;

/** Running sums of a text's token scores; tokens count from the start of the response. */
export class RunningScore {
  #sum: number;
  #count: number;

  constructor(readonly name: LogRatioName, sum = 0, count = 0) {
    this.#sum = sum;
    this.#count = count;
  }

  /** Takes one more token: its log-probability under the trained policy, and under the reference. */
  add(trained: number, reference: number): void {
    const { name } = this;
    const value = name === "logp-mean" ? trained : trained - reference;
    this.#count++;
    this.#sum += name === "weighted" ? value / this.#count : value;
  }

  /** The score so far; 0 before the first token. */
  get value(): number {
    const isMean = this.name === "mean" || this.name === "logp-mean";
    return isMean && this.#count > 0 ? this.#sum / this.#count : this.#sum;
  }

  /** A copy that goes on by itself. */
  fork(): RunningScore {
    return new RunningScore(this.name, this.#sum, this.#count);
  }
}

/**
 * The score of a text from all its log-ratios at once: `weighted` is `Σ ℓ_k/(k+1)`, `sum` `Σ ℓ_k`, `mean` their
 * mean; for `logp-mean` give `log π*` itself.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { logRatioScoreOf } from "offprint/decoding/tree/mod.ts";
 *
 * assertAlmostEquals(logRatioScoreOf("weighted", [1, 0.2, 0.1, 0.1]), 1.1583333333, 1e-9);
 * ```
 */
export function logRatioScoreOf(name: LogRatioName, ratios: readonly number[]): number {
  const score = new RunningScore(name);
  for (const ratio of ratios) score.add(ratio, 0);
  return score.value;
}

/** A prefix, where the two models have read it, and its sums. */
class LogRatioPrefix implements ScoredPrefix {
  constructor(
    readonly account: TreeAccount,
    readonly trained: UnreadText,
    readonly reference: UnreadText | undefined,
    readonly running: RunningScore,
  ) {}

  get score(): number {
    return this.running.value;
  }

  fork(): ScoredPrefix {
    return new LogRatioPrefix(
      this.account,
      this.trained.fork(),
      this.reference?.fork(),
      this.running.fork(),
    );
  }

  close(): void {
    this.trained.close();
    this.reference?.close();
  }
}

/**
 * A score of {@linkcode LOG_RATIO_SCORES}.
 *
 * @param trained reads texts as the preference-trained policy.
 * @param options.reference reads them as its reference, where that is not the policy that generates; then no pass
 *   of the generator is wasted, since its log-probabilities were kept.
 * @throws {UserError} for a name that is not among them, or two readers with different vocabularies.
 */
export function logRatioScore(
  name: string,
  trained: TokenReader,
  { reference }: { reference?: TokenReader } = {},
): PartialScore {
  const known = LOG_RATIO_SCORES.find((each) => each === name);
  if (known === undefined) {
    throw new UserError({
      what: "partial score",
      got: name,
      expected: `one of ${LOG_RATIO_SCORES.join(", ")}`,
    });
  }
  const models = reference === undefined ? [trained] : [trained, reference];
  return {
    name,
    models,
    async open(prompt: Tokens, account: TreeAccount) {
      return new LogRatioPrefix(
        account,
        await trained.open(prompt),
        await reference?.open(prompt),
        new RunningScore(known),
      );
    },
    async add(prefixes, segments) {
      const own = prefixes as readonly LogRatioPrefix[];
      const tokens = segments.map((segment: Segment) => segment.tokens);
      const byTrained = await trained.read(own.map((prefix) => prefix.trained), tokens);
      const byReference = reference === undefined
        ? segments.map(({ logProbs }) => logProbs)
        : await reference.read(own.map((prefix) => prefix.reference!), tokens);
      own.forEach(({ account, running }, i) => {
        const count = tokens[i]!.length;
        account.scorer += count;
        if (reference !== undefined) account.reference += count;
        for (let k = 0; k < count; k++) {
          running.add(floored(byTrained[i]![k]!, account), floored(byReference[i]![k]!, account));
        }
      });
    },
  };
}

/** A log-probability that is not below the floor; NaN passes, and is refused where scores are ranked. */
function floored(logProb: number, account: TreeAccount): number {
  if (!(logProb < LOG_PROB_FLOOR)) return logProb;
  account.floored++;
  return LOG_PROB_FLOOR;
}
