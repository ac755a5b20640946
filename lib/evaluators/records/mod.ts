/**
 * The data contract of evaluators: tasks, programs, evaluations, aggregates, outcomes, steps.
 *
 * @module
 */
export * from "./contract.ts";
