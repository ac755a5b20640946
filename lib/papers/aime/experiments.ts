/**
 * Experiments of paper 03 that a sweep can run: in a cell of the notebook, and by `deno task sweep 03`.
 *
 * @module
 */
import { checkNumber, UserError } from "offprint/errors.ts";
import { PAPER_ROLES, type PaperRole } from "./arms.ts";
import { defectiveOf, judgeOf, passingOf } from "./rates.ts";
import { loadOpinions } from "./results.ts";
import type { JudgedProgram } from "./opinions_study.ts";
import { totalBudget } from "./total_budget.ts";

/** A set of roles and what it may spend. */
export interface RolesAtBudget {
  /** Names of roles with " + " between them. */
  roles?: string;
  /** Most words of all evaluations together. @unit tokens */
  tokens?: number;
  /** Share of the work that the total budget allows. */
  work?: number;
}

let opinions: Promise<JudgedProgram[]> | undefined;

/**
 * Detection (EDR), false alarms (FAR) and their difference for a set of roles on the committed opinions of the evaluation
 * half; no program is looked at again.
 *
 * @throws {UserError} for a role that does not exist, and for numbers that make no sense.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { rolesAtBudget } from "offprint/papers/aime/experiments.ts";
 *
 * const { EDR, FAR } = await rolesAtBudget({ roles: "correctness" });
 * assert(EDR > FAR);
 * ```
 */
export async function rolesAtBudget(
  { roles = "correctness", tokens = 3600, work = 1 }: RolesAtBudget,
): Promise<{ EDR: number; FAR: number; J: number }> {
  checkNumber("tokens", tokens, { least: 0, whole: true });
  checkNumber("work", work, { least: 0 });
  const named = roles.split("+").map((role) => role.trim());
  const unknown = named.find((role) => !(PAPER_ROLES as readonly string[]).includes(role));
  if (unknown !== undefined) {
    throw new UserError({
      what: "roles",
      got: unknown,
      expected: `some of ${PAPER_ROLES.join(" + ")}`,
    });
  }
  const programs = await (opinions ??= loadOpinions());
  const judge = judgeOf(
    { name: roles, roles: named as PaperRole[] },
    { tokens, work: work * totalBudget(programs).work },
  );
  const evaluation = programs.filter(({ half }) => half === "evaluation");
  const share = (of: readonly JudgedProgram[]) => of.filter(judge).length / of.length;
  const [detected, alarmed] = [share(defectiveOf(evaluation)), share(passingOf(evaluation))];
  return { EDR: detected, FAR: alarmed, J: detected - alarmed };
}
