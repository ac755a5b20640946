/**
 * Exact expected numbers of rejections on a pair of first-order chains (paper 02, Theorems 1 and 3), look-ahead
 * to the end of the text. Costs O(T V²), times M for M drafts.
 *
 * @module
 */
import type { ChainPair } from "offprint/lm/exact/mod.ts";
import {
  checkVocabularies,
  checkWhole,
  rootLaw,
  stepLaw,
  totalVariation,
  type VerificationRule,
} from "offprint/decoding/verification/mod.ts";

/** Expected rejections of a text of T tokens. */
export interface ExpectedRejections {
  /** E[N_rej]. */
  total: number;
  /** Pr(R_n = 1): the probability that token n comes from a rejection, `T` values. */
  perStep: Float64Array;
}

/**
 * Theorem 1: E[N_rej] = Σₙ E_{x ~ q}[TV(pₙ, qₙ)(x₁…ₙ₋₁)] for speculative decoding. The expectation is over the
 * target's texts.
 *
 * @param steps the paper's T: number of tokens, a whole number ≥ 0.
 * @throws {UserError} for vocabularies of different size or a bad `steps`.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { expectedRejections } from "offprint/papers/specdec_theory/mod.ts";
 * import { twoStateChains } from "offprint/lm/exact/mod.ts";
 *
 * assertAlmostEquals(expectedRejections(twoStateChains(), 5).total, 2239 / 2500);
 * ```
 */
export function expectedRejections(pair: ChainPair, steps: number): ExpectedRejections {
  check(pair, steps);
  const perStep = new Float64Array(steps);
  forward(pair, steps, (step, previous, probability, _next) => {
    const { draft, target } = pair;
    perStep[step - 1]! += probability *
      totalVariation(draft.row(step, previous), target.row(step, previous));
  });
  return summed(perStep);
}

/** T/E[N_rej]: the paper's acceleration factor, tokens per rejection. `Infinity` when nothing is rejected. */
export function acceleration(pair: ChainPair, steps: number): number {
  return steps / expectedRejections(pair, steps).total;
}

/**
 * Theorem 3: E[N_rej] of batch speculative decoding with `drafts` drafts,
 * Σₙ E_q[TV] − Σₙ Σ f_{n−1} (TV − Πₘ TV(qᵐ, p)), where the measure f_{n−1}(x) = Pr(prefix x, step n − 1 rejected)
 * has the recursion
 *
 *     fₙ = f_{n−1} · Πₘ TV(qᵐ, p) · q^{M+1} + (q(x₁…ₙ₋₁) − f_{n−1}) · max(q − p, 0).
 *
 * On a first-order chain f is one number for each last token.
 *
 * @param drafts the paper's M: a whole number ≥ 1, or `Infinity` for the limit.
 * @throws {UserError} for vocabularies of different size, or a bad `steps` or `drafts`.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { expectedBatchRejections } from "offprint/papers/specdec_theory/mod.ts";
 * import { twoStateChains } from "offprint/lm/exact/mod.ts";
 *
 * assertAlmostEquals(expectedBatchRejections(twoStateChains(), 2, 2).total, 261 / 800);
 * ```
 */
export function expectedBatchRejections(
  pair: ChainPair,
  steps: number,
  drafts: number,
): ExpectedRejections {
  check(pair, steps);
  checkWhole("drafts", drafts, 1, true);
  const { draft, target } = pair;
  const perStep = new Float64Array(steps);
  // f over the last token; before the first step all mass sits on one nameless token, stored at 0.
  let f = new Float64Array(target.vocabSize);
  f[0] = 1;
  let fNext = new Float64Array(target.vocabSize);
  forward(pair, steps, (step, previous, probability, lastOfStep) => {
    const q = target.row(step, previous);
    const p = draft.row(step, previous);
    const fresh = f[previous]!;
    const { rejection, replaced } = rootLaw(q, p, drafts);
    perStep[step - 1]! += probability * totalVariation(p, q) -
      fresh * (totalVariation(p, q) - rejection);
    for (let token = 0; token < q.length; token++) {
      fNext[token]! += fresh * replaced[token]! +
        (probability - fresh) * Math.max(q[token]! - p[token]!, 0);
    }
    if (lastOfStep) {
      [f, fNext] = [fNext, f];
      fNext.fill(0);
    }
  });
  return summed(perStep);
}

/** Exact rejections and bias of any rule of the rejection-based family on a pair of chains. */
export interface RuleCounts extends ExpectedRejections {
  /** Expected total variation between output law and target at each step, over the rule's own texts; `T` values. */
  biasPerStep: Float64Array;
}

/**
 * Expected rejections of any {@linkcode VerificationRule}: Σₙ E[Zₙ], over texts distributed as the rule's own
 * output, which for a biased rule is not the target's.
 *
 * @throws {UserError} for vocabularies of different size or a bad `steps`.
 */
export function expectedRuleRejections(
  pair: ChainPair,
  steps: number,
  rule: VerificationRule,
): RuleCounts {
  check(pair, steps);
  const { draft, target } = pair;
  const perStep = new Float64Array(steps);
  const biasPerStep = new Float64Array(steps);
  let law = new Float64Array(target.vocabSize);
  law[0] = 1;
  for (let step = 1; step <= steps; step++) {
    const next = new Float64Array(target.vocabSize);
    for (let previous = 0; previous < law.length; previous++) {
      const probability = law[previous]!;
      if (probability === 0) continue;
      const here = stepLaw(rule, draft.row(step, previous), target.row(step, previous));
      perStep[step - 1]! += probability * here.rejection;
      biasPerStep[step - 1]! += probability * here.bias;
      for (let token = 0; token < next.length; token++) {
        next[token]! += probability * here.law[token]!;
      }
    }
    law = next;
  }
  return { ...summed(perStep), biasPerStep };
}

/**
 * Visits every step and previous token of positive probability under the target, in order, with that
 * probability and whether it is the step's last. Before the first step the previous token is 0.
 */
function forward(
  { target }: ChainPair,
  steps: number,
  visit: (step: number, previous: number, probability: number, lastOfStep: boolean) => void,
): void {
  let law = new Float64Array(target.vocabSize);
  law[0] = 1;
  for (let step = 1; step <= steps; step++) {
    const next = new Float64Array(target.vocabSize);
    const last = law.findLastIndex((probability) => probability > 0);
    for (let previous = 0; previous <= last; previous++) {
      const probability = law[previous]!;
      if (probability === 0) continue;
      visit(step, previous, probability, previous === last);
      const row = target.row(step, previous);
      for (let token = 0; token < next.length; token++) next[token]! += probability * row[token]!;
    }
    law = next;
  }
}

function check(pair: ChainPair, steps: number): void {
  checkVocabularies(pair.draft, pair.target);
  checkWhole("steps", steps, 0);
}

function summed(perStep: Float64Array): ExpectedRejections {
  return { total: perStep.reduce((sum, value) => sum + value, 0), perStep };
}
