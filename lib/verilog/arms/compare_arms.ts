/**
 * Arms against each other, from their results.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { type MeanInterval, meanInterval } from "offprint/stats.ts";
import { passAtK } from "../pass_at_k.ts";
import { type Asked, readResults, type Results } from "./results.ts";

/** One arm, put to one set of problems in one way. */
export interface ArmAsked {
  arm: string;
  set: string;
  asking: string;
}

/** The results of the committed arms and of the other seeds: `data/results/07-arms.json`. */
export function armResults(): Promise<Results> {
  return readResults(new URL("../../../data/results/07-arms.json", import.meta.url));
}

/**
 * What one seed of an arm answered.
 *
 * @throws {UserError} when there is no such run.
 */
export function answersOf({ runs }: Results, { arm, set, asking }: ArmAsked, seed: number): Asked {
  const found = runs.find((run) => run.arm === arm && run.seed === seed)?.asked
    .find((asked) => asked.set === set && asked.asking === asking);
  if (found !== undefined) return found;
  throw new UserError({
    what: "results",
    got: `no answers of ${arm}, seed ${seed}, to ${set} by ${asking}`,
    expected: "a run that was asked this",
    todo: "deno task solve FOLDER --out FILE adds it.",
  });
}

/** Unbiased pass@k of every problem, in the order of the problems. */
export function passRates({ samples, passed }: Asked, k = 1): number[] {
  return passed.map((count) => passAtK(samples, count, k));
}

/** Share of answers that compile, of every problem. */
export function compileRates({ samples, compiled }: Asked): number[] {
  return compiled.map((count) => count / samples);
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * How far one arm is above another, seed by seed, and Student's interval over the seeds: what varies is the
 * training, the problems are the same.
 *
 * @param rates what is compared: {@linkcode passRates} or {@linkcode compileRates}
 */
export function differenceOverSeeds(
  results: Results,
  above: ArmAsked,
  below: ArmAsked,
  seeds: readonly number[],
  rates: (asked: Asked) => number[] = passRates,
): { bySeed: number[]; interval: MeanInterval } {
  const bySeed = seeds.map((seed) =>
    average(rates(answersOf(results, above, seed))) -
    average(rates(answersOf(results, below, seed)))
  );
  return { bySeed, interval: meanInterval(bySeed) };
}

/**
 * How far one seed's answers are above another's on the same problems, with Student's interval over the
 * problems.
 *
 * @throws {UserError} when a problem of `above` was not put to `below`.
 */
export function differenceOverProblems(above: Asked, below: Asked): MeanInterval {
  const rates = new Map(below.names.map((name, at) => [name, passRates(below)[at]!]));
  return meanInterval(
    passRates(above).map((rate, at) => {
      const other = rates.get(above.names[at]!);
      if (other === undefined) {
        throw new UserError({
          what: "problems",
          got: above.names[at],
          expected: "a problem that both were asked",
        });
      }
      return rate - other;
    }),
  );
}
