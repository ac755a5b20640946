/**
 * One task of a sweep on a cluster, started by Slurm: runs its points and writes their outcomes.
 *
 * @module
 */
import { moduleGraph } from "../module_graph.ts";
import { runPoints } from "../run_points.ts";
import { readPlan, readTaskResult, writeTaskResult } from "./plan.ts";

if (import.meta.main) {
  const [folder = "", number = ""] = Deno.args;
  const task = Number(number);
  const plan = await readPlan(folder);
  const points = plan?.tasks[task];
  if (plan === undefined || points === undefined) throw new Error(`no task ${number} in ${folder}`);
  // After a node has failed Slurm runs its tasks again; one that had ended has nothing left to do.
  if (await readTaskResult(folder, task) === undefined) {
    const { hash } = await moduleGraph(plan.experiment.module);
    if (hash !== plan.code) {
      throw new Error("the code has changed since this sweep was submitted; submit it again");
    }
    const begun = performance.now();
    const { outcomes } = await runPoints(
      plan.experiment,
      points.map(({ point, seed }) => ({ point, seed })),
      {
        store: false,
        jobs: Number(Deno.env.get("SLURM_CPUS_PER_TASK")) || 1,
        ...(plan.limitSeconds === null ? {} : { limitSeconds: plan.limitSeconds }),
      },
    );
    const seconds = (performance.now() - begun) / 1000 / points.length;
    await writeTaskResult(folder, task, { code: hash, seconds, outcomes });
  }
}
