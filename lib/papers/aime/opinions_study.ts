/**
 * What the six roles say about every program of the study, without any budget: each arm, budget and subset follows from
 * it without looking at a program again.
 *
 * @module
 */
import { correctnessSample, examine, type Heard, heardOf } from "offprint/evaluators/mod.ts";
import type { SandboxPool } from "offprint/sandbox/mod.ts";
import { type HeardProgram, PAPER_ROLES, type PaperRole, REPETITIONS } from "./arms.ts";
import type { Half } from "./mutants_file.ts";
import type { Origin, StudyTask } from "./study_programs.ts";

/** A program with what was found in it. */
export interface JudgedProgram extends HeardProgram {
  id: string;
  task: string;
  half: Half;
  origin: Origin;
  defective: boolean;
}

/** Lets all roles look at all programs of a function, and the correctness role several times. */
export async function opinionsOf(
  { shown, programs }: StudyTask,
  sandbox: SandboxPool,
): Promise<JudgedProgram[]> {
  return await Promise.all(programs.map(async ({ id, task, half, origin, defective, text }) => {
    const samples = Array.from({ length: REPETITIONS - 1 }, (_, k) => k + 1);
    const [examination, ...again] = await Promise.all([
      examine(shown, text, sandbox),
      ...samples.map((sample) => correctnessSample(shown, text, sandbox, sample)),
    ]);
    const roles = Object.fromEntries(
      PAPER_ROLES.map((role) => [role, heardOf(examination[role])]),
    ) as Record<PaperRole, Heard>;
    return { id, task, half, origin, defective, roles, samples: again.map(heardOf) };
  }));
}
