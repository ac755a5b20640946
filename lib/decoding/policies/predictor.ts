/**
 * What predicts whether a candidate will be accepted: the interface behind SpecDec++'s stopping rule, and
 * predictors that need no training. A trained head is {@linkcode headPredictor}.
 *
 * @module
 */
import type { LanguageModel, Sequence } from "offprint/lm/interface/mod.ts";
import type { Random } from "offprint/random.ts";
import { checkVocabularies } from "../verification/option_checks.ts";
import type { DraftRound, TextStart } from "./drafting_policy.ts";
import { softmax } from "../verification/distribution.ts";
import type { Warp } from "../verification/warp.ts";
import { checkShare } from "./stopping_rules.ts";

/** A predictor at work on one text. */
export interface PredictorRun {
  /**
   * P̂ of `round.candidates[index]`, in [0, 1]: the probability that it is accepted, given that those
   * before it are. Asked once for each index, in order.
   */
  predict(round: DraftRound, index: number): number | Promise<number>;
  /** Frees what the run holds. */
  end?(): void;
}

/** Predicts acceptance from the draft's side of a round. */
export interface AcceptancePredictor {
  readonly name: string;
  /** Whether it reads `round.hidden[index]`. */
  readonly needsHidden?: boolean;
  /**
   * Starts on a new text.
   *
   * @throws {UserError} when it does not belong to the draft.
   */
  begin(start: TextStart): PredictorRun;
}

/**
 * Predicts the same for every candidate. With it SpecDec++ drafts a constant number.
 *
 * @throws {UserError} unless `acceptance` lies in [0, 1].
 */
export function constantPredictor(acceptance: number): AcceptancePredictor {
  checkShare("acceptance", acceptance);
  return { name: `constant ${acceptance}`, begin: () => ({ predict: () => acceptance }) };
}

/** Predicts numbers drawn uniformly from [0, 1): the worst head there is, and still the output law holds. */
export function randomPredictor(random: Random): AcceptancePredictor {
  return { name: "random", begin: () => ({ predict: () => random.uniform() }) };
}

/**
 * Knows the true acceptance probability min(1, target/draft) of each candidate, for it asks the target:
 * one target pass a candidate, so no saving, but the bound of what a predictor can reach. It depends on
 * drawn tokens alone and not on the acceptance coins, so the output law holds with it too.
 *
 * @param targetWarp The decoder's own. Default {@linkcode softmax}.
 */
export function oraclePredictor(
  target: LanguageModel,
  targetWarp: Warp = softmax,
): AcceptancePredictor {
  return {
    name: "oracle",
    begin({ draft, prompt }) {
      checkVocabularies(draft, target);
      let sequence: Sequence | undefined;
      let promptLength = 0;
      /** What the sequence has read after the prompt. */
      const held: number[] = [];
      return {
        async predict({ text, candidates, distributions }, index) {
          if (sequence === undefined) {
            sequence = await target.open(prompt);
            promptLength = sequence.length;
          }
          const wanted = [...text, ...candidates.slice(0, index)];
          // At least one token is read anew: a sequence that was cut has no logits.
          const reusable = Math.min(held.length, wanted.length - 1);
          let common = 0;
          while (common < reusable && held[common] === wanted[common]) common++;
          if (common < held.length) sequence.truncate(promptLength + common);
          const rest = wanted.slice(common);
          held.length = common;
          for (const token of rest) held.push(token);
          const logits = rest.length === 0
            ? sequence.logits
            : (await sequence.extend(rest)).logits[rest.length - 1]!;
          const token = candidates[index]!;
          return Math.min(1, targetWarp(logits)[token]! / distributions[index]![token]!);
        },
        end: () => sequence?.close(),
      };
    },
  };
}
