/**
 * The exact preference-tuned policy of a chain (section 7(b) of paper 01's spec), by backward recursion, and what is
 * left of it when it is only partly learned.
 *
 * @module
 */
import { type MarkovChain, markovChain } from "offprint/lm/exact/mod.ts";

/** A chain that writes texts of one length, and a reward that adds up over its tokens. */
export interface ChainTask {
  base: MarkovChain;
  /** Tokens of a text. */
  horizon: number;
  /** Of the preference-tuned policy: the larger, the nearer to the base. */
  beta: number;
  /** Reward of token number `step` (from 1) after `previous` (ignored at step 1). */
  reward: (step: number, previous: number, token: number) => number;
}

/** Token log-ratios of the exact policy, and the values behind them. */
export interface ExactPolicy {
  /** `V = β log E e^{r/β}` of what is still to come, before token number `step` (from 1) after `previous`. */
  value: (step: number, previous: number) => number;
  /** `log π*(token | …) − log π(token | …)`. */
  logRatio: (step: number, previous: number, token: number) => number;
}

/**
 * `π*(y) ∝ π(y) e^{r(y)/β}` over texts of the horizon. Its token log-ratio is `(r + V′ − V)/β`, so a sum of them over a
 * prefix is a difference of soft values (S1).
 */
export function exactPolicy({ base, horizon, beta, reward }: ChainTask): ExactPolicy {
  const size = base.vocabSize;
  // values[step][previous] for steps 1 … horizon + 1; only entry 0 of step 1 counts.
  const values = Array.from({ length: horizon + 2 }, () => new Float64Array(size));
  for (let step = horizon; step >= 1; step--) {
    for (let previous = 0; previous < (step === 1 ? 1 : size); previous++) {
      const row = base.row(step, previous);
      const exponents = row.map((_, token) =>
        (reward(step, previous, token) + values[step + 1]![token]!) / beta
      );
      const largest = Math.max(...exponents);
      let sum = 0;
      row.forEach((p, token) => sum += p * Math.exp(exponents[token]! - largest));
      values[step]![previous] = beta * (largest + Math.log(sum));
    }
  }
  const value = (step: number, previous: number): number =>
    values[step]![step === 1 ? 0 : previous]!;
  return {
    value,
    logRatio: (step, previous, token) =>
      (reward(step, previous, token) + value(step + 1, token) - value(step, previous)) / beta,
  };
}

/**
 * The log-ratios of a policy that learned a share γ of the exact one: `log π_γ = (1 − γ) log π + γ log π*`, each row
 * scaled to sum 1.
 */
export function mixedLogRatios(
  { base }: Pick<ChainTask, "base">,
  exact: ExactPolicy,
  learned: number,
): ExactPolicy["logRatio"] {
  return (step, previous, token) => {
    const row = base.row(step, previous);
    let sum = 0;
    row.forEach((p, other) => sum += p * Math.exp(learned * exact.logRatio(step, previous, other)));
    return learned * exact.logRatio(step, previous, token) - Math.log(sum);
  };
}

/** A policy given by its log-ratios to a base, as a chain that a language model can be made of. */
export function policyChain(
  name: string,
  { base, horizon }: Pick<ChainTask, "base" | "horizon">,
  logRatio: ExactPolicy["logRatio"],
): MarkovChain {
  const row = (step: number, previous: number): Float64Array =>
    base.row(step, previous).map((p, token) => p * Math.exp(logRatio(step, previous, token)));
  return markovChain({
    name,
    vocabSize: base.vocabSize,
    first: row(1, 0),
    next: row,
    stationaryFrom: Infinity,
    steps: horizon,
  });
}
