/**
 * The process that runs an experiment point by point: a line with points comes in, a line with their results goes out.
 *
 * @module
 */
import { inputLines, writeLine } from "../sandbox/lines.ts";
import { answerTo, loadRun, type Run, type WorkerAnswer, type WorkerJob } from "./answer.ts";
import { fromJson, toJson } from "./json_values.ts";

if (import.meta.main) {
  const [module = "", name = ""] = Deno.args;
  // Standard output is for answers.
  for (const method of ["log", "info", "debug"] as const) console[method] = console.error;
  // The first line asks whether the module loads.
  let run: Run | undefined;
  for await (const line of inputLines()) {
    if (run === undefined) {
      run = await loadRun(module, name);
      await writeLine("{}");
      continue;
    }
    const answers: WorkerAnswer[] = [];
    for (const job of fromJson(line) as WorkerJob[]) answers.push(await answerTo(run, name, job));
    await writeLine(toJson(answers, false));
  }
}
