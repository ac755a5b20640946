/**
 * What opinions and loops amount to: rates with intervals that draw whole functions.
 *
 * @module
 */
import { clusterBootstrap, type ClusterInterval } from "offprint/cluster_bootstrap.ts";
import { type Budget, FUNCTIONAL_CLASSES, type Role } from "offprint/evaluators/mod.ts";
import { type Arm, armVerdict } from "./arms.ts";
import type { LoopCounts, LoopResult } from "./loop_study.ts";
import { unionRate } from "./mixtures.ts";
import type { JudgedProgram } from "./opinions_study.ts";
import type { Origin } from "./study_programs.ts";

/** Seed of all bootstrap intervals of paper 03. */
export const BOOTSTRAP_SEED = 3;

/** A verdict as a function of a program. */
export type Judge = (program: JudgedProgram) => boolean;

/** The verdict of an arm within a budget. */
export function judgeOf(arm: Arm, total: Budget): Judge {
  return (program) => armVerdict(arm, program, total).flagged;
}

/** The mean of a number over programs, with a 95 % interval over functions. */
export function meanOver(
  programs: readonly JudgedProgram[],
  value: (program: JudgedProgram) => number,
): ClusterInterval {
  const clusters = clustersOf(programs).map((own) => [
    own.reduce((sum, program) => sum + value(program), 0),
    own.length,
  ]);
  return clusterBootstrap(clusters, ([sum, all]) => sum! / all!, { seed: BOOTSTRAP_SEED });
}

/** The share of programs that a verdict flags, or the difference of two such shares. */
export function flaggedShare(
  programs: readonly JudgedProgram[],
  judge: Judge,
  other: Judge = () => false,
): ClusterInterval {
  return meanOver(programs, (program) => Number(judge(program)) - Number(other(program)));
}

/**
 * How much more the joined verdict detects than independent judges of the same rates would: below 0 where they see the same
 * defects.
 */
export function beyondIndependence(
  programs: readonly JudgedProgram[],
  judges: readonly Judge[],
): ClusterInterval {
  const clusters = clustersOf(programs).map((own) => [
    own.length,
    own.filter((program) => judges.some((judge) => judge(program))).length,
    ...judges.map((judge) => own.filter(judge).length),
  ]);
  return clusterBootstrap(
    clusters,
    ([all, joined, ...each]) => joined! / all! - unionRate(each.map((count) => count / all!)),
    { seed: BOOTSTRAP_SEED },
  );
}

/** Youden's J of a verdict, or a difference of two: detected less falsely alarmed. */
export function youden(
  programs: readonly JudgedProgram[],
  judge: Judge,
  other: Judge = () => false,
): ClusterInterval {
  const clusters = clustersOf(programs).map((own) => {
    const count = (defective: boolean): number[] => {
      const group = own.filter((program) => program.defective === defective);
      return [group.filter(judge).length - group.filter(other).length, group.length];
    };
    return [...count(true), ...count(false)];
  });
  return clusterBootstrap(
    clusters,
    ([found, bad, alarms, good]) => found! / bad! - alarms! / good!,
    { seed: BOOTSTRAP_SEED },
  );
}

function clustersOf(programs: readonly JudgedProgram[]): JudgedProgram[][] {
  return [...Map.groupBy(programs, ({ task }) => task).values()];
}

/** Programs that fail a hidden test. */
export function defectiveOf(programs: readonly JudgedProgram[]): JudgedProgram[] {
  return programs.filter(({ defective }) => defective);
}

/** Programs that pass all hidden tests: references, and mutants that are merely worse. */
export function passingOf(programs: readonly JudgedProgram[]): JudgedProgram[] {
  return programs.filter(({ defective }) => !defective);
}

/** The share of each kind of program that a role flags, and how many there are. */
export function roleMatrix(
  programs: readonly JudgedProgram[],
  judges: Readonly<Record<string, Judge>>,
): { origin: Origin; role: string; flagged: number; n: number }[] {
  const origins: Origin[] = [
    ...FUNCTIONAL_CLASSES,
    "ported",
    "cost",
    "redundancy",
    "style",
    "reference",
  ];
  return origins.flatMap((origin) => {
    const own = programs.filter((program) => program.origin === origin);
    return Object.entries(judges).map(([role, judge]) => ({
      origin,
      role,
      flagged: own.filter(judge).length,
      n: own.length,
    }));
  });
}

/** The role whose own business a kind of program that passes is; none for a reference. */
export function ownRoleOf(origin: Origin): Role | undefined {
  const own: Partial<Record<Origin, Role>> = {
    cost: "runtime",
    redundancy: "redundancy",
    style: "readability",
  };
  return own[origin];
}

/** Which program of a loop is reported. */
export type Reported = (result: LoopResult) => LoopCounts;

/** The last one, as the paper's loop ends. */
const lastProgram: Reported = ({ rounds }) => rounds.at(-1)!;

/** What is counted of loops. */
export interface SuccessOptions {
  /** Default: the last program. */
  reported?: Reported;
  /** Programs with every test passed among all, instead of passed tests among all tests. */
  completion?: boolean;
}

/**
 * Success rate of an arm's loops, with a 95 % interval over functions; with several arms, the sum of their rates by the
 * given weights, so that `{ a: 1, b: -1 }` is the difference of two.
 *
 * @throws {RangeError} for an arm without loops.
 */
export function successRate(
  results: readonly LoopResult[],
  arms: string | Readonly<Record<string, number>>,
  options: SuccessOptions = {},
): ClusterInterval {
  return clusterBootstrap(successSums(results, arms, options), ([sum, all]) => sum! / all!, {
    seed: BOOTSTRAP_SEED,
  });
}

/** The rate of {@linkcode successRate} without its interval, which takes far less time. */
export function plainSuccessRate(
  results: readonly LoopResult[],
  arms: string | Readonly<Record<string, number>>,
  options: SuccessOptions = {},
): number {
  const sums = successSums(results, arms, options);
  const total = (at: number): number => sums.reduce((sum, cluster) => sum + cluster[at]!, 0);
  return total(0) / total(1);
}

/** For each function, what is counted and how much of it there could be. */
function successSums(
  results: readonly LoopResult[],
  arms: string | Readonly<Record<string, number>>,
  { reported = lastProgram, completion = false }: SuccessOptions,
): number[][] {
  const weights = typeof arms === "string" ? { [arms]: 1 } : arms;
  const clusters = new Map<string, number[]>();
  for (const [name, weight] of Object.entries(weights)) {
    const own = results.filter(({ arm }) => arm === name);
    if (own.length === 0) throw new RangeError(`successRate: no loops of ${JSON.stringify(name)}`);
    for (const result of own) {
      const sums = clusters.get(result.task) ?? [0, completion ? result.loops : result.tests];
      sums[0]! += weight * reported(result)[completion ? "completed" : "passed"];
      clusters.set(result.task, sums);
    }
  }
  return [...clusters.values()];
}
