/**
 * Regret against the horizon, averaged over seeds, and its slope on logarithmic axes.
 *
 * @module
 */
import { type Estimate, estimate, logLogSlope, mean } from "offprint/stats.ts";
import type { Experiment } from "./simulations.ts";

/** Regret at one horizon. */
export interface CurvePoint {
  horizon: number;
  /** Total regret over the seeds: mean, standard error, number of seeds. */
  regret: Estimate;
  /** Means of the parts. */
  policyLoss: number;
  premium: number;
  failedInducement: number;
  /** Mean number of episodes in which the agent deviated, and mean episode of the last one. */
  failures: number;
  lastFailure: number;
  /** Total regret of each seed. */
  perSeed: number[];
}

/** Runs an experiment at one horizon with seeds `first`, `first + 1`, … */
export function curvePoint(
  experiment: Experiment,
  horizon: number,
  seeds: number,
  first = 1,
): CurvePoint {
  const ledgers = Array.from({ length: seeds }, (_, k) => experiment.run(horizon, first + k));
  const perSeed = ledgers.map((ledger) => ledger.total);
  return {
    horizon,
    regret: estimate(perSeed),
    policyLoss: mean(ledgers.map((ledger) => ledger.policyLoss)),
    premium: mean(ledgers.map((ledger) => ledger.premium)),
    failedInducement: mean(ledgers.map((ledger) => ledger.failedInducement)),
    failures: mean(ledgers.map((ledger) => ledger.failures)),
    lastFailure: mean(ledgers.map((ledger) => ledger.lastFailure)),
    perSeed,
  };
}

/** A slope on logarithmic axes with the standard error over seeds. */
export interface CurveSlope {
  /** Of the mean regret. */
  slope: number;
  /** Of the slopes of single seeds. */
  standardError: number;
  /** Horizons used. */
  horizons: number[];
}

/**
 * The slope of log regret against log T over horizons of at least `from` (the last decade unless given).
 *
 * @throws {RangeError} when fewer than two points remain.
 */
export function curveSlope(points: readonly CurvePoint[], from?: number): CurveSlope {
  const longest = Math.max(...points.map((point) => point.horizon));
  // Half decades are rounded to whole numbers, so 31623·10 may fall short of 316228 by a hair.
  const used = points.filter((point) => point.horizon >= (from ?? longest / 10) * (1 - 1e-3));
  if (used.length < 2) {
    throw new RangeError(`curveSlope: got ${used.length} points to fit, expected at least 2`);
  }
  const horizons = used.map((point) => point.horizon);
  const { slope } = logLogSlope(horizons, used.map((point) => point.regret.mean));
  const seeds = Math.min(...used.map((point) => point.perSeed.length));
  const single = Array.from(
    { length: seeds },
    (_, k) => logLogSlope(horizons, used.map((point) => point.perSeed[k]!)).slope,
  );
  return { slope, standardError: estimate(single).standardError, horizons };
}
