/**
 * The process that runs an experiment point by point: a line with points comes in, a line with their results goes out.
 *
 * @module
 */
import { messageOf } from "offprint/errors.ts";
import { inputLines, writeLine } from "../sandbox/lines.ts";
import { addressOf } from "./experiment.ts";
import { fromJson, toJson } from "./json_values.ts";

/** What is asked of a worker. */
export interface WorkerJob {
  point: Readonly<Record<string, unknown>>;
  seed: number;
}

/** What it answers. */
export type WorkerAnswer =
  | { result: Readonly<Record<string, unknown>>; seconds: number }
  | { error: string };

if (import.meta.main) {
  const [module = "", name = ""] = Deno.args;
  // Standard output is for answers.
  for (const method of ["log", "info", "debug"] as const) console[method] = console.error;
  // The first line asks whether the module loads.
  let run: ((point: unknown, seed: number) => unknown) | undefined;
  for await (const line of inputLines()) {
    if (run === undefined) {
      const experiment = (await import(addressOf(module)))[name];
      if (typeof experiment !== "function") {
        throw new Error(`${module} exports no function ${name}`);
      }
      run = experiment;
      await writeLine("{}");
      continue;
    }
    const answers: WorkerAnswer[] = [];
    for (const job of fromJson(line) as WorkerJob[]) answers.push(await answerTo(run, name, job));
    await writeLine(toJson(answers, false));
  }
}

async function answerTo(
  run: (point: unknown, seed: number) => unknown,
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
