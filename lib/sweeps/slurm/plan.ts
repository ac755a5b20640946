/**
 * The files by which a sweep and its tasks on a cluster talk: one plan, and one result for each task.
 *
 * @module
 */
import { join } from "node:path";
import { ifThere, readText, writeWhole } from "offprint/files.ts";
import { fromJson, toJson } from "../json_values.ts";
import type { ExperimentAddress } from "../point_runners.ts";
import type { PointOutcome } from "../run_points.ts";
import type { WorkerJob } from "../answer.ts";

/** What the tasks of a sweep do. */
export interface SlurmPlan {
  experiment: ExperimentAddress;
  /** Hash of the code when it was submitted; a task with another code refuses to run. */
  code: string;
  /** Time for one point. */
  limitSeconds: number | null;
  /** The points of each task, with their places in the sweep. */
  tasks: (WorkerJob & { place: number })[][];
}

/** What a task leaves behind, all at once. */
export interface TaskResult {
  code: string;
  /** Mean time of a point. */
  seconds: number;
  /** In the order of the task's points. */
  outcomes: PointOutcome[];
}

/** The plan's file in a sweep's folder. */
export async function writePlan(folder: string, plan: SlurmPlan): Promise<void> {
  await writeWhole(join(folder, "plan.json"), toJson(plan, false));
}

/** The plan of a sweep's folder, or nothing where there is none. */
export async function readPlan(folder: string): Promise<SlurmPlan | undefined> {
  const text = await ifThere(readText(join(folder, "plan.json")));
  return text === undefined ? undefined : fromJson(text) as SlurmPlan;
}

/** Writes a task's result: whole or not at all. */
export async function writeTaskResult(
  folder: string,
  task: number,
  result: TaskResult,
): Promise<void> {
  await writeWhole(join(folder, "results", `${task}.json`), toJson(result, false));
}

/** A task's result, or nothing while there is none. */
export async function readTaskResult(
  folder: string,
  task: number,
): Promise<TaskResult | undefined> {
  const text = await ifThere(readText(join(folder, "results", `${task}.json`)));
  return text === undefined ? undefined : fromJson(text) as TaskResult;
}
