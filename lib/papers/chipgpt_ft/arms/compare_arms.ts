/**
 * Arms against each other, from their results.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { mean, type MeanInterval, meanInterval } from "offprint/stats.ts";
import { type Asked, passAtK, readResults, type Results } from "offprint/verilog/problems/mod.ts";

/** One arm, put to one set of problems in one way. */
export interface ArmAsked {
  arm: string;
  set: string;
  asking: string;
}

/** The results of the committed arms and of the other seeds: `data/results/07-arms.json`. */
export function armResults(): Promise<Results> {
  return readResults(new URL("../../../../data/results/07-arms.json", import.meta.url));
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
    got: new Described(`no answers of ${arm}, seed ${seed}, to ${set} by ${asking}`),
    expected: "results that contain these answers",
    todo: "Add them with deno task solve FOLDER --out FILE.",
  });
}

/**
 * What something without a seed answered: a baseline, or a model from elsewhere.
 *
 * @throws {UserError} when there is no such run.
 */
export function answersWithoutSeed(
  { runs }: Results,
  { model, set, asking }: { model: string; set: string; asking: string },
): Asked {
  const found = runs.find((run) => run.model === model && run.seed === undefined)?.asked
    .find((asked) => asked.set === set && asked.asking === asking);
  if (found !== undefined) return found;
  throw new UserError({
    what: "results",
    got: new Described(`no answers of ${model} to ${set} by ${asking}`),
    expected: "results that contain these answers",
    todo: "Add them with deno task solve --baselines --out FILE.",
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

/** Seeds of which there are answers, ascending. */
export function seedsOf({ runs }: Results, { arm, set, asking }: ArmAsked): number[] {
  return runs.filter((run) =>
    run.arm === arm && run.seed !== undefined &&
    run.asked.some((asked) => asked.set === set && asked.asking === asking)
  ).map(({ seed }) => seed!).sort((a, b) => a - b);
}

/**
 * What an arm reaches on each problem, by the problem's name: the mean over its seeds.
 *
 * @param rates what is measured: {@linkcode passRates} or {@linkcode compileRates}
 * @throws {UserError} when a seed was not asked this.
 */
export function ratesOver(
  results: Results,
  asked: ArmAsked,
  seeds: readonly number[],
  rates: (asked: Asked) => number[] = passRates,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const seed of seeds) {
    const answers = answersOf(results, asked, seed);
    rates(answers).forEach((rate, at) => {
      const name = answers.names[at]!;
      sums.set(name, (sums.get(name) ?? 0) + rate / seeds.length);
    });
  }
  return sums;
}

/**
 * How far one is above the other on the same problems, with Student's 95 % interval over the problems.
 *
 * @throws {UserError} when a problem of `above` is not among `below`.
 */
export function pairedDifference(
  above: ReadonlyMap<string, number>,
  below: ReadonlyMap<string, number>,
): MeanInterval {
  return meanInterval([...above].map(([name, rate]) => {
    const other = below.get(name);
    if (other !== undefined) return rate - other;
    throw new UserError({
      what: "problems",
      got: name,
      expected: "at least one problem that both were given",
    });
  }));
}

/** One arm above another, from three points of view. */
export interface Gain {
  /** Student's interval over the problems, each averaged over the seeds. */
  problems: MeanInterval;
  /** The same over families of designs, each averaged over its problems: those of a family are alike. */
  families: MeanInterval;
  /** Over trainings: seed k of one arm against seed k of the other, averaged over the problems. Absent for one seed. */
  seeds?: MeanInterval;
}

/**
 * How far one arm is above another, with 95 % intervals. The arms share problems; that they share the number
 * of a seed means nothing, it only says which training is compared with which.
 *
 * @throws {UserError} when a seed was not asked this.
 */
export function armGain(
  results: Results,
  above: ArmAsked,
  below: ArmAsked,
  seeds: readonly number[],
  rates: (asked: Asked) => number[] = passRates,
): Gain {
  const [high, low] = [above, below].map((asked) => ratesOver(results, asked, seeds, rates));
  const problems = pairedDifference(high!, low!);
  const { names, groups } = answersOf(results, above, seeds[0]!);
  const byFamily = Map.groupBy(names, (_, at) => groups[at]!);
  const families = meanInterval(
    [...byFamily.values()].map((members) =>
      mean(members.map((name) => high!.get(name)! - low!.get(name)!))
    ),
  );
  if (seeds.length < 2) return { problems, families };
  const each = seeds.map((seed) => {
    const [one, other] = [above, below].map((asked) =>
      mean(rates(answersOf(results, asked, seed)))
    );
    return one! - other!;
  });
  return { problems, families, seeds: meanInterval(each) };
}
