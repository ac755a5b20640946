/**
 * Sweeps on a cluster, through Slurm's own commands
 *
 * `run_on_slurm.ts` submits one job array and merges what its tasks leave, `task.ts` is what a node runs, `plan.ts` their files,
 * `queue.ts` the commands. No accounting database is asked.
 *
 * @module
 */
export { runOnSlurm, type SlurmOptions } from "./run_on_slurm.ts";
