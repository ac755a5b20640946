/**
 * The policies that are compared, and what they cost on logged texts.
 *
 * @module
 */
import { type TextLog, whatIf } from "offprint/decoding/what_if/mod.ts";
import {
  confidenceRule,
  constantRule,
  heuristicRule,
  type Rates,
  specDecPPRule,
  type StoppingRule,
  timePerToken,
  topProbabilityRule,
} from "offprint/decoding/policies/mod.ts";
import type { HeadsRecipe } from "./recipe.ts";

/** A policy with its setting: K, a threshold, or the start of the heuristic. */
export interface Setting {
  family: string;
  setting: number;
}

/** Rates on logs, and the share of rejections for which a log did not reach far enough. */
export interface LoggedRates extends Rates {
  guessed: number;
}

/** A setting and its rates on two sets of texts. */
export interface MeasuredSetting extends Setting {
  dev: LoggedRates;
  test: LoggedRates;
}

/** The families that need no head, by name. */
export const CONSTANT_FAMILY = "constant K";
export const HEURISTIC_FAMILY = "+2/−1 heuristic";
export const CONFIDENCE_FAMILY = "confidence of the last token";
export const TOP_PROBABILITY_FAMILY = "product of top probabilities";

/** The settings of the families that need no head. */
export function headlessSettings(recipe: HeadsRecipe): Setting[] {
  const of = (family: string, settings: readonly number[]): Setting[] =>
    settings.map((setting) => ({ family, setting }));
  return [
    ...of(CONSTANT_FAMILY, recipe.constants),
    ...of(HEURISTIC_FAMILY, [5]),
    ...of(CONFIDENCE_FAMILY, recipe.confidences),
    ...of(TOP_PROBABILITY_FAMILY, recipe.topProbabilities),
  ];
}

/** The rule of a setting; every family that is none of the four is SpecDec++ with some head. */
export function ruleOf({ family, setting }: Setting): StoppingRule {
  switch (family) {
    case CONSTANT_FAMILY:
      return constantRule(setting);
    case HEURISTIC_FAMILY:
      return heuristicRule({ start: setting });
    case CONFIDENCE_FAMILY:
      return confidenceRule(setting);
    case TOP_PROBABILITY_FAMILY:
      return topProbabilityRule(setting);
    default:
      return specDecPPRule({ threshold: setting });
  }
}

/** V and D of a setting on logged texts; constants and thresholds meet the same coins. */
export function ratesOnLogs(
  logs: readonly TextLog[],
  setting: Setting,
  { seed, replays = 8 }: { seed: number; replays?: number },
): LoggedRates {
  const time = { draftMs: 1, targetMs: () => 1 };
  const rates = whatIf(logs, ruleOf(setting), { time, seed, replays });
  return {
    verification: Number(rates.verification.mean.toPrecision(7)),
    discard: Number(rates.discard.mean.toPrecision(7)),
    guessed: Number(rates.guessed.toPrecision(4)),
  };
}

/** Expected draft passes per token of each logged text: the mean of `replays` walks with other coins. */
export function replayedTimes(
  logs: readonly TextLog[],
  setting: Setting,
  { seed, ratio, replays = 64 }: { seed: number; ratio: number; replays?: number },
): number[] {
  const rule = ruleOf(setting);
  const time = { draftMs: 1, targetMs: () => ratio };
  // Coins of its own for each text: a walk over one log numbers its texts from 0.
  return logs.map((log, text) =>
    whatIf([log], rule, { time, seed: 1000 * seed + text, replays }).msPerToken.mean
  );
}

/** The setting of least time on the dev texts. */
export function bestOnDev<Measured extends MeasuredSetting>(
  settings: readonly Measured[],
  ratio: number,
): Measured {
  const time = ({ dev }: Measured): number => timePerToken({ draft: 1, target: ratio }, dev);
  const [first, ...others] = settings;
  if (first === undefined) throw new RangeError("bestOnDev: got no settings");
  return others.reduce((best, each) => time(each) < time(best) ? each : best, first);
}
