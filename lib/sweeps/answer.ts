/**
 * Running one point of an experiment, in whatever process.
 *
 * @module
 */
import { messageOf } from "offprint/errors.ts";
import { addressOf } from "./experiment.ts";

/** What is asked of a worker. */
export interface WorkerJob {
  point: Readonly<Record<string, unknown>>;
  seed: number;
}

/** What it answers. */
export type WorkerAnswer =
  | { result: Readonly<Record<string, unknown>>; seconds: number }
  | { error: string };

/** An experiment's function. */
export type Run = (point: unknown, seed: number) => unknown;

/**
 * Loads an experiment's function.
 *
 * @throws {Error} where the module does not load, or exports no such function.
 */
export async function loadRun(module: string, name: string): Promise<Run> {
  const experiment = (await import(addressOf(module)))[name];
  if (typeof experiment !== "function") throw new Error(`${module} exports no function ${name}`);
  return experiment;
}

/** Runs a point. What it throws, and a result that is no object, is told as an error. */
export async function answerTo(
  run: Run,
  name: string,
  { point, seed }: WorkerJob,
): Promise<WorkerAnswer> {
  try {
    const begun = performance.now();
    const result = await run(point, seed);
    if (typeof result !== "object" || result === null) {
      throw new TypeError(`got ${String(result)} from ${name}, expected an object of named values`);
    }
    return {
      result: result as Record<string, unknown>,
      seconds: (performance.now() - begun) / 1000,
    };
  } catch (error) {
    return { error: messageOf(error) || String(error) };
  }
}
