/**
 * What runs of language models amount to, with intervals that draw whole problems.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { cohenKappa, crosstab } from "offprint/agreement.ts";
import { clusterBootstrap, type ClusterInterval } from "offprint/cluster_bootstrap.ts";
import { detection, type Run, success } from "offprint/evaluators/mod.ts";
import { promptWords } from "offprint/evaluators/models/mod.ts";
import type { SetProblem } from "offprint/evaluators/sets/mod.ts";
import { BOOTSTRAP_SEED } from "../rates.ts";
import type { ModelArm } from "./model_arms.ts";
import type { ModelRun } from "./model_study.ts";

/** One arm over all problems and trials. Rates over nothing are NaN. */
export interface ModelArmSummary {
  arm: string;
  problems: number;
  /** Success rate of the first and the last program, pooled over tests, and the mean over problems of the last one. */
  first: number;
  last: number;
  perProblem: number;
  /** Completion rate of the last program. */
  completion: number;
  /** Of the program of each loop that passes most tests: known from hidden tests alone. */
  oracleBest: number;
  /** Detection and false alarms by the arm's own verdict, and detection as the judge reads the texts. */
  edr: number;
  far: number;
  judgedEdr: number;
  /** Cohen's κ of the verdict and the judge. */
  kappa: number;
  /** Shares of evaluations that were cut, and whose verdict could not be read. */
  truncated: number;
  unread: number;
}

/** Summaries of all arms, in the order in which they first come. */
export function summarise(runs: readonly ModelRun[]): ModelArmSummary[] {
  return [...Map.groupBy(runs, ({ arm }) => arm)].map(([arm, own]) => {
    const rows = (of: (run: ModelRun) => number): boolean[][] =>
      own.map((run) => Array.from({ length: run.tests }, (_, at) => at < of(run)));
    const last = success(rows(({ passed }) => passed.at(-1)!));
    const opinions = own.flatMap((run) => run.opinions);
    const judged = opinions.flatMap((opinion) =>
      opinion.judged === undefined ? [] : [{ ...opinion, judge: opinion.judged }]
    );
    const { edr, far } = detection(opinions);
    const evaluations = opinions.reduce((sum, opinion) => sum + opinion.evaluations, 0);
    const share = (of: "truncated" | "unread"): number =>
      opinions.reduce((sum, opinion) => sum + opinion[of], 0) / evaluations;
    return {
      arm,
      problems: new Set(own.map(({ problem }) => problem)).size,
      first: success(rows(({ passed }) => passed[0]!)).pooled,
      last: last.pooled,
      perProblem: last.perProblem,
      completion: last.completion,
      oracleBest: success(rows(({ passed }) => Math.max(...passed))).pooled,
      edr,
      far,
      judgedEdr: detection(judged.map(({ judge, defective }) => ({ flagged: judge, defective })))
        .edr,
      kappa: cohenKappa(
        crosstab(judged.map(({ flagged }) => flagged), judged.map(({ judge }) => judge)),
      ),
      truncated: share("truncated"),
      unread: share("unread"),
    };
  });
}

/** What a study was, beside its runs. */
export interface ModelStudy {
  model: string;
  arms: readonly ModelArm[];
  problems: readonly SetProblem[];
  iterations: number;
  tokens: number;
  seeds: readonly number[];
}

/** The records of a study, one for each arm. */
export function modelRecords(
  runs: readonly ModelRun[],
  { model, arms, problems, iterations, tokens, seeds }: ModelStudy,
): Run[] {
  const hashes = {
    prompts: hashOf(promptWords()),
    problems: hashOf(JSON.stringify(problems)),
  };
  return summarise(runs).map(({ arm, problems: _, ...rates }) => ({
    arm,
    roles: [...arms.find(({ name }) => name === arm)!.roles],
    budget: { tokens },
    iterations,
    seeds: [...seeds],
    model,
    hashes,
    metrics: Object.fromEntries(
      Object.entries(rates).map(([name, rate]) => [name, {
        mean: Number.isNaN(rate) ? null : rate,
      }]),
    ),
  }));
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** How much more one arm detects and succeeds than another. */
export interface ModelDifference {
  detection: ClusterInterval;
  success: ClusterInterval;
}

/**
 * Differences of detection and success, first less second, with 95 % intervals over problems.
 *
 * @throws {RangeError} for fewer than two problems.
 */
export function armDifference(
  runs: readonly ModelRun[],
  first: string,
  second: string,
): ModelDifference {
  const clusters = [...Map.groupBy(runs, ({ problem }) => problem).values()].map((own) =>
    [first, second].flatMap((arm) => {
      const mine = own.filter((run) => run.arm === arm);
      const bad = mine.flatMap(({ opinions }) => opinions).filter(({ defective }) => defective);
      const sum = (of: (run: ModelRun) => number): number =>
        mine.reduce((all, run) => all + of(run), 0);
      return [
        bad.filter(({ flagged }) => flagged).length,
        bad.length,
        sum(({ passed }) => passed.at(-1)!),
        sum(({ tests }) => tests),
      ];
    })
  );
  const options = { seed: BOOTSTRAP_SEED };
  return {
    detection: clusterBootstrap(clusters, ([a, n, , , b, m]) => a! / n! - b! / m!, options),
    success: clusterBootstrap(
      clusters,
      ([, , a, n, , , b, m]) => a! / n! - b! / m!,
      options,
    ),
  };
}
