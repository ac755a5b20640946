/**
 * Slurm's own commands: submitting an array of tasks, and asking whether it is still there.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { runToEnd } from "offprint/process/mod.ts";

/** What is submitted. */
export interface ArrayJob {
  /** File with the shell commands of one task. */
  script: string;
  /** Numbers of the tasks. */
  tasks: readonly number[];
  name: string;
  /** File of a task's log; `%a` stands for its number. */
  log: string;
  /** Tasks that may run at the same time. */
  throttle: number;
  partition?: string;
}

/**
 * Submits a job array whose tasks are put back into the queue where their node fails.
 *
 * @returns The job's number.
 * @throws {UserError} where Slurm is not installed, and where it refuses, with what it says.
 */
export async function submitArray(
  { script, tasks, name, log, throttle, partition }: ArrayJob,
): Promise<string> {
  const { code, stdout, stderr } = await slurm("sbatch", [
    "--parsable",
    "--requeue",
    "--open-mode=append",
    `--array=${tasks.join(",")}%${throttle}`,
    `--job-name=${name}`,
    `--output=${log}`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    script,
  ]);
  if (code === 0) return stdout.trim().split(";")[0]!;
  const said = stderr.split("\n")[0]!.replace(/^sbatch: (?:error: )?/, "");
  const noPartition = /invalid partition/.test(said);
  throw new UserError({
    what: noPartition ? "--partition" : "sbatch",
    got: noPartition ? partition : new Described(said),
    expected: noPartition ? "a partition of this cluster" : "a job that Slurm accepts",
    todo: noPartition ? "sinfo lists them." : "Ask sinfo what is there.",
  });
}

/** Whether any task of a job waits or runs; nothing where the controller does not answer. */
export async function isQueued(job: string): Promise<boolean | undefined> {
  const { code, stdout, stderr } = await slurm("squeue", [
    "--noheader",
    "--jobs",
    job,
    "--format=%i",
  ]);
  if (code === 0) return stdout.trim() !== "";
  return /Invalid job id/i.test(stderr) ? false : undefined;
}

async function slurm(program: string, args: string[]) {
  try {
    return await runToEnd(program, args);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError({
      what: "--engine slurm",
      got: new Described(`no program ${program}`),
      expected: "Slurm's commands in PATH",
      todo: "Install Slurm (Debian: slurm-client), or leave --engine out.",
    });
  }
}
