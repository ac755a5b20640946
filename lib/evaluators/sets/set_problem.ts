/**
 * Problems of a public set as they were read.
 *
 * @module
 */
import type { Task } from "../records/contract.ts";

/** A problem of a set, with what the set has beside the task. */
export interface SetProblem {
  task: Task;
  /** A program that the set says is right. */
  reference?: string;
  /** A defective program to begin with, where the set has one. */
  start?: string;
}

/** A problem that cannot be used, and why. */
export interface LeftOut {
  id: string;
  reason: string;
}

/** A set as it was read. */
export interface PublicSet {
  name: string;
  problems: SetProblem[];
  leftOut: LeftOut[];
}
