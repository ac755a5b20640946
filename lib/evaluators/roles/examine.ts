/**
 * All six roles over one program.
 *
 * @module
 */
import type { SandboxPool } from "offprint/sandbox/mod.ts";
import { parseSyntax } from "offprint/syntax/mod.ts";
import type { PublicTask, Role } from "../records/contract.ts";
import { countedProgram } from "../programs/counted.ts";
import { correctnessRole } from "./correctness.ts";
import { logicRole } from "./logic.ts";
import { readabilityRole } from "./readability.ts";
import { redundancyRole } from "./redundancy.ts";
import type { RoleReport } from "./report.ts";
import { runtimeRole } from "./runtime.ts";
import { syntaxRole } from "./syntax.ts";

/** Reports of all roles, without any budget: budgets cut them afterwards, so one examination serves every arm. */
export type Examination = Record<Role, RoleReport>;

/** Lets all six roles look at a program, which they may run in the sandbox. */
export async function examine(
  task: PublicTask,
  text: string,
  sandbox: SandboxPool,
): Promise<Examination> {
  const tree = await parseSyntax("javascript", text);
  const subject = { task, text, tree, counted: await countedProgram(text), sandbox };
  const [correctness, runtime] = await Promise.all([
    correctnessRole(subject),
    runtimeRole(subject),
  ]);
  return {
    syntax: syntaxRole(subject),
    logic: logicRole(subject),
    correctness,
    readability: readabilityRole(subject),
    runtime,
    redundancy: redundancyRole(subject),
  };
}

/** The correctness role again, on other random inputs: sample 0 is what {@linkcode examine} has. */
export async function correctnessSample(
  task: PublicTask,
  text: string,
  sandbox: SandboxPool,
  sample: number,
): Promise<RoleReport> {
  const tree = await parseSyntax("javascript", text);
  return correctnessRole({
    task,
    text,
    tree,
    counted: await countedProgram(text),
    sandbox,
    sample,
  });
}
