/**
 * What a preference loss of one pair is: a function of two log-probabilities, with its slopes. Everything
 * else (gradients, training, the entanglement report) works with the slopes alone (paper 04, section 3).
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";

/** What a loss sees of one pair. Log-probabilities in nats, sums over the tokens of a response. */
export interface PairStatistics {
  /** a = log π(y_w | x). */
  chosen: number;
  /** b = log π(y_l | x). */
  rejected: number;
  /** a₀, the same under the reference policy. */
  chosenReference: number;
  /** b₀. */
  rejectedReference: number;
  /** n_w, tokens of the chosen response. */
  chosenTokens: number;
  /** n_l. */
  rejectedTokens: number;
}

/** A loss and its slopes at one pair. */
export interface LossTerms {
  loss: number;
  /** d_w = −∂loss/∂a: how hard a step pulls the chosen response up. */
  chosenWeight: number;
  /** d_l = +∂loss/∂b: how hard it pushes the rejected response down. */
  rejectedWeight: number;
}

/** A preference loss. */
export interface PairLoss {
  /** As in the paper's table: "DPO", "SimPO", … with the options that differ from the defaults. */
  readonly name: string;
  /** Every option that changes the value. */
  readonly options: Readonly<Record<string, number | boolean>>;
  /** Whether a₀ and b₀ play a part. */
  readonly needsReference: boolean;
  /**
   * Whether a constant of the batch is wanted ({@linkcode Context.referencePoint}): KTO's estimate of the
   * divergence from the reference.
   */
  readonly needsReferencePoint?: boolean;
  /**
   * The loss of one pair and its slopes.
   *
   * @throws {UserError} where the loss is not defined: no tokens, or ORPO at ā = 0.
   */
  at(pair: PairStatistics, context?: Context): LossTerms;
}

/** Constants of a batch, which have no gradient. */
export interface Context {
  /** KTO's estimate of the divergence from the reference, max(0, KL), in nats. */
  referencePoint?: number;
}

/** D = (a − a₀) − (b − b₀), the margin relative to the reference. */
export function referenceMargin(pair: PairStatistics): number {
  return (pair.chosen - pair.chosenReference) - (pair.rejected - pair.rejectedReference);
}

/** σ(x), without overflow. */
export function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** −log σ(x) = log(1 + e^−x), exact for large |x| where log(σ(x)) is not. */
export function negativeLogSigmoid(x: number): number {
  return x >= 0 ? Math.log1p(Math.exp(-x)) : -x + Math.log1p(Math.exp(x));
}

/**
 * Refuses an option that is not above 0.
 *
 * @throws {UserError}
 */
export function checkPositive(what: string, value: number): void {
  if (!(value > 0 && value < Infinity)) {
    throw new UserError({ what, got: value, expected: "a finite number above 0" });
  }
}

/**
 * Refuses an option that is negative.
 *
 * @throws {UserError}
 */
export function checkNotNegative(what: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) {
    throw new UserError({ what, got: value, expected: "a finite number of at least 0" });
  }
}

/**
 * Refuses a pair of which a loss that divides by lengths would make infinities.
 *
 * @throws {UserError} when a response has no tokens.
 */
export function checkTokenCounts(what: string, pair: PairStatistics): void {
  for (const [name, count] of [["chosen", pair.chosenTokens], ["rejected", pair.rejectedTokens]]) {
    if (!((count as number) >= 1)) {
      throw new UserError({
        what: `${what}: tokens of the ${name} response`,
        got: count,
        expected: "at least 1",
        todo: "Drop pairs with an empty response.",
      });
    }
  }
}
