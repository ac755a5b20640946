/**
 * The decision problem of paper 10 when the acceptance probability of each candidate is drawn from a finite
 * distribution, independently, and known (or predicted) once the candidate is drawn: exact rates of any threshold rule,
 * and the best one.
 *
 * @module
 */
import { biasedAcceptance } from "offprint/decoding/heads/mod.ts";
import {
  checkCosts,
  checkShare,
  type Costs,
  extraCost,
  type Rates,
  specDecPPRule,
} from "offprint/decoding/policies/mod.ts";

/** One kind of candidate. */
export interface AcceptanceKind {
  /** a: probability of being accepted. */
  acceptance: number;
  /** How often this kind is drawn; kinds sum to 1. */
  share: number;
}

/** How a round ends in {@linkcode thresholdRates}. */
export interface ThresholdPolicy {
  /** h. */
  threshold: number;
  /** Fewest candidates. Default 2. */
  min?: number;
  /** Most candidates. Default 20. */
  max?: number;
  /** Candidates the product leaves out. Default 1, as the official decoder. */
  lag?: 0 | 1;
  /** w_rej of the head that predicts: its prediction for a is a/(a + w (1 − a)). Default 1, an oracle. */
  rejectionWeight?: number;
}

/**
 * V and D of SpecDec++'s stopping rule, exactly. A round's state is how many candidates of each kind it has,
 * and of which kind the last is; states are visited once.
 *
 * @throws {UserError} for shares that do not sum to 1, or options out of range.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { extraCost } from "offprint/decoding/policies/mod.ts";
 * import { thresholdRates } from "offprint/papers/specdecpp/mod.ts";
 *
 * const kinds = [{ acceptance: 0.98, share: 2 / 3 }, { acceptance: 0.5, share: 1 / 3 }];
 * const rates = thresholdRates(kinds, { threshold: 0.4 });
 * assertAlmostEquals(extraCost({ discard: 1, verification: 4 }, rates), 1.39388, 1e-5);
 * ```
 */
export function thresholdRates(kinds: readonly AcceptanceKind[], policy: ThresholdPolicy): Rates {
  checkKinds(kinds);
  const { threshold, min, max, lag = 1, rejectionWeight = 1 } = policy;
  const rule = specDecPPRule({
    threshold,
    lag,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  }).begin();
  const predicted = kinds.map(({ acceptance }) => biasedAcceptance(acceptance, rejectionWeight));

  /** Rounds that are still being drafted, by kinds so far; `last` is not yet in the predictions when lag is 1. */
  interface State {
    share: number;
    /** Π a over all candidates. */
    allAccepted: number;
    /** Σ_k Π_{i ≤ k} a: expected accepted ones, if drafting stopped here. */
    accepted: number;
    product: number;
    last: number;
  }
  let states = new Map<string, State>([
    ["", { share: 1, allAccepted: 1, accepted: 0, product: 1, last: -1 }],
  ]);
  let acceptedPerRound = 0;
  let draftedPerRound = 0;
  for (let drafted = 1; states.size > 0; drafted++) {
    const next = new Map<string, State>();
    for (const state of states.values()) {
      kinds.forEach(({ acceptance, share }, kind) => {
        const product = lag === 0
          ? state.product * predicted[kind]!
          : state.last < 0
          ? 1
          : state.product * predicted[state.last]!;
        const allAccepted = state.allAccepted * acceptance;
        const reached: State = {
          share: state.share * share,
          allAccepted,
          accepted: state.accepted + allAccepted,
          product,
          last: kind,
        };
        const more = rule.more({
          drafted,
          confidence: [],
          top: [],
          predicted: [product],
        });
        if (!more) {
          acceptedPerRound += reached.share * reached.accepted;
          draftedPerRound += reached.share * drafted;
          return;
        }
        // Rounds that agree in these numbers behave alike from here on; what they accepted is averaged.
        const key = `${product} ${allAccepted} ${lag === 0 ? "" : kind}`;
        const same = next.get(key);
        if (same === undefined) {
          next.set(key, reached);
        } else {
          same.accepted = (same.share * same.accepted + reached.share * reached.accepted) /
            (same.share + reached.share);
          same.share += reached.share;
        }
      });
    }
    states = next;
  }
  const tokens = 1 + acceptedPerRound;
  return {
    verification: 1 / tokens,
    discard: (draftedPerRound - acceptedPerRound) / tokens,
  };
}

/** The best threshold policy for known acceptance: its cost, its threshold and its rates. */
export interface KnownSolution {
  /** λ*. */
  cost: number;
  /** h*: verify once 1 − P_k is at least this, 1 − c₁ ÷ (ā (c₁ + λ*)). */
  threshold: number;
  rates: Rates;
}

/**
 * The optimal policy when each candidate's acceptance is known as soon as it is drawn (no lag, 1 to `max`
 * candidates): one more candidate pays while P_k ā (c₁ + λ*) > c₁, ā being the mean acceptance. Found by
 * iterating λ → cost of its threshold, which is Dinkelbach's method for a ratio.
 *
 * @throws {UserError} for shares that do not sum to 1 or costs that are not above 0.
 */
export function solveKnownAcceptance(
  costs: Costs,
  kinds: readonly AcceptanceKind[],
  max = 20,
): KnownSolution {
  checkCosts(costs);
  checkKinds(kinds);
  const meanAcceptance = kinds.reduce((sum, kind) => sum + kind.acceptance * kind.share, 0);
  const at = (threshold: number): KnownSolution => {
    const rates = thresholdRates(kinds, { threshold, min: 1, max, lag: 0 });
    return { cost: extraCost(costs, rates), threshold, rates };
  };
  // From a policy that can be followed, so that no cost comes out that none has.
  let best = at(1);
  while (true) {
    const next = at(
      Math.min(
        1,
        Math.max(0, 1 - costs.discard / (meanAcceptance * (costs.discard + best.cost))),
      ),
    );
    if (!(next.cost < best.cost - 1e-14)) return next.cost <= best.cost ? next : best;
    best = next;
  }
}

function checkKinds(kinds: readonly AcceptanceKind[]): void {
  let sum = 0;
  for (const { acceptance, share } of kinds) {
    checkShare("acceptance", acceptance);
    checkShare("share", share);
    sum += share;
  }
  if (Math.abs(sum - 1) > 1e-9) {
    throw new RangeError(`kinds of candidates: got shares of sum ${sum}, expected 1`);
  }
}
