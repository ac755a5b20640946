/**
 * What opinions and loops amount to: rates with intervals that draw whole functions.
 *
 * @module
 */
import { clusterBootstrap, type ClusterInterval } from "offprint/cluster_bootstrap.ts";
import { type Budget, FUNCTIONAL_CLASSES, type Role } from "offprint/evaluators/mod.ts";
import { type Arm, armVerdict } from "./arms.ts";
import type { LoopCounts, LoopResult } from "./loop_study.ts";
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

/** A rate of flagged programs, or a difference of two, with a 95 % interval over functions. */
export function flaggedShare(
  programs: readonly JudgedProgram[],
  judge: Judge,
  other?: Judge,
): ClusterInterval {
  const clusters = clustersOf(programs).map((own) => [
    own.filter(judge).length - (other === undefined ? 0 : own.filter(other).length),
    own.length,
  ]);
  return clusterBootstrap(clusters, ([flagged, all]) => flagged! / all!, { seed: BOOTSTRAP_SEED });
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
export const lastProgram: Reported = ({ rounds }) => rounds.at(-1)!;

/** Success rate of an arm's loops: passed tests of all, or the difference of two arms, over functions. */
export function successRate(
  results: readonly LoopResult[],
  arm: string,
  { other, reported = lastProgram, completion = false }: {
    other?: string;
    reported?: Reported;
    completion?: boolean;
  } = {},
): ClusterInterval {
  const ofArm = (name: string): LoopResult[] => {
    const own = results.filter((each) => each.arm === name);
    if (own.length === 0) throw new RangeError(`successRate: no loops of ${JSON.stringify(name)}`);
    return own;
  };
  const value = (result: LoopResult): number =>
    reported(result)[completion ? "completed" : "passed"];
  const others = other === undefined ? undefined : ofArm(other);
  const clusters = ofArm(arm).map((result) => {
    const compared = others?.find(({ task }) => task === result.task);
    return [
      value(result) - (compared === undefined ? 0 : value(compared)),
      completion ? result.loops : result.tests,
    ];
  });
  return clusterBootstrap(clusters, ([sum, all]) => sum! / all!, { seed: BOOTSTRAP_SEED });
}
