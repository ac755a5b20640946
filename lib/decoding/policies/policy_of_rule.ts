/**
 * Stopping rules at work in a decoder: the adapter from {@linkcode StoppingRule} to
 * {@linkcode CandidateLengthPolicy}, and the policies of the literature by name.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { AcceptancePredictor } from "./predictor.ts";
import type {
  CandidateLengthPolicy,
  CandidateLengthPolicyRun,
  DraftRound,
  TextStart,
} from "./drafting_policy.ts";
import {
  confidenceRule,
  heuristicRule,
  scheduledRule,
  specDecPPRule,
  type SpecDecPPRuleOptions,
  type StoppingRule,
  type ThresholdBounds,
  topProbabilityRule,
} from "./stopping_rules.ts";

/**
 * A candidate-length policy that stops by `rule`.
 *
 * @param predictor Needed by rules whose signal is `predicted`.
 * @throws {UserError} when the rule needs a predictor and there is none, or needs predictions without lag
 * from a predictor that reads hidden states.
 */
export function draftBy(
  rule: StoppingRule,
  predictor?: AcceptancePredictor,
): CandidateLengthPolicy {
  const { signal, lag = 0 } = rule;
  if (signal !== "predicted") {
    return { name: rule.name, begin: () => begin(rule) };
  }
  if (predictor === undefined) {
    throw new UserError({
      what: rule.name,
      got: new Described("no predictor"),
      expected: "an acceptance predictor",
      todo: "Give one, for example a trained head.",
    });
  }
  if (predictor.needsHidden && lag === 0) {
    throw new UserError({
      what: rule.name,
      got: new Described(`lag 0 with predictor "${predictor.name}"`),
      expected: "lag 1, because the draft has not read the last candidate yet",
    });
  }
  return {
    name: `${rule.name}, ${predictor.name}`,
    ...(predictor.needsHidden ? { needsHidden: true } : {}),
    begin: (start) => beginPredicted(rule, predictor, start, lag),
  };
}

/** A run of a rule that needs no predictions. */
function begin(rule: StoppingRule): CandidateLengthPolicyRun {
  const run = rule.begin();
  const confidence: number[] = [];
  const top: number[] = [];
  return {
    more({ candidates, distributions }) {
      const drafted = candidates.length;
      if (drafted === 1) confidence.length = top.length = 0;
      const distribution = distributions[drafted - 1]!;
      if (rule.signal === "confidence") confidence.push(distribution[candidates[drafted - 1]!]!);
      if (rule.signal === "top") top.push(largest(distribution));
      return run.more({ drafted, confidence, top, predicted: [] });
    },
    verified: (outcome) => run.verified?.(outcome),
  };
}

function beginPredicted(
  rule: StoppingRule,
  predictor: AcceptancePredictor,
  start: TextStart,
  lag: number,
): CandidateLengthPolicyRun {
  const run = rule.begin();
  const predictions = predictor.begin(start);
  let predicted: number[] = [];
  const keep = (value: number): void => {
    if (!(value >= 0 && value <= 1)) {
      throw new RangeError(
        `${predictor.name}: got prediction ${value} of candidate ${predicted.length}, expected a number in [0, 1]`,
      );
    }
    predicted.push(value);
  };
  // A promise only where the predictor gives one: the decoder asks this after every candidate.
  const more = (round: DraftRound): boolean | Promise<boolean> => {
    const drafted = round.candidates.length;
    while (predicted.length < drafted - lag) {
      const value = predictions.predict(round, predicted.length);
      if (typeof value !== "number") return value.then(keep).then(() => more(round));
      keep(value);
    }
    return run.more({ drafted, confidence: [], top: [], predicted });
  };
  return {
    more(round) {
      if (round.candidates.length === 1) predicted = [];
      return more(round);
    },
    verified: (outcome) => run.verified?.(outcome),
    end: () => predictions.end?.(),
  };
}

function largest(distribution: Float64Array): number {
  let best = 0;
  for (const probability of distribution) if (probability > best) best = probability;
  return best;
}

/**
 * SpecDec++: drafting stops once the predicted probability that some candidate will be rejected exceeds h
 * (paper 10, decoding algorithm; at least 2, at most 20 candidates).
 *
 * @throws {UserError} for a threshold outside [0, 1] or bad bounds.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { speculate } from "offprint/decoding/decoders/mod.ts";
 * import { constantPredictor, specDecPP } from "offprint/decoding/policies/mod.ts";
 * import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
 * import { stream } from "offprint/random.ts";
 *
 * const { draft, target } = twoStateChains();
 * const result = await speculate({
 *   draft: markovModel(draft),
 *   target: markovModel(target),
 *   maxTokens: 20,
 *   // 0.8² = 0.64 < 1 − 0.3: two predictions are enough, and the third candidate comes with the second.
 *   candidates: specDecPP({ predictor: constantPredictor(0.8), threshold: 0.3 }),
 *   bonus: true,
 *   random: stream(1, "example"),
 * });
 * assertEquals(result.drafted <= 3 * result.rounds, true);
 * ```
 */
export function specDecPP(
  { predictor, ...options }: SpecDecPPRuleOptions & { predictor: AcceptancePredictor },
): CandidateLengthPolicy {
  return draftBy(specDecPPRule(options), predictor);
}

/** {@linkcode heuristicRule} as a policy. */
export function heuristicLength(
  options: { start?: number; max?: number } = {},
): CandidateLengthPolicy {
  return draftBy(heuristicRule(options));
}

/** {@linkcode confidenceRule} as a policy. */
export function confidenceLength(
  threshold?: number,
  bounds?: ThresholdBounds,
): CandidateLengthPolicy {
  return draftBy(confidenceRule(threshold, bounds));
}

/** {@linkcode topProbabilityRule} as a policy. */
export function topProbabilityLength(
  threshold: number,
  bounds?: ThresholdBounds,
): CandidateLengthPolicy {
  return draftBy(topProbabilityRule(threshold, bounds));
}

/** {@linkcode scheduledRule} as a policy. */
export function scheduledLength(candidates: readonly number[]): CandidateLengthPolicy {
  return draftBy(scheduledRule(candidates));
}
