/**
 * The data contract of evaluators: tasks, programs, evaluations, aggregates, outcomes, steps; and the limits
 * within which programs are looked at.
 *
 * @module
 */
export * from "./contract.ts";
export * from "./limits.ts";
