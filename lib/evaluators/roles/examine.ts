/**
 * All roles over one program.
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
import type { RoleReport, Subject } from "./report.ts";
import { runtimeRole } from "./runtime.ts";
import { syntaxRole } from "./syntax.ts";

/** One role as a program that looks at code. */
export type Analyser = (subject: Subject) => RoleReport | Promise<RoleReport>;

/** The analyser of each role. */
export const ANALYSERS: Readonly<Record<Role, Analyser>> = {
  syntax: syntaxRole,
  logic: logicRole,
  correctness: correctnessRole,
  readability: readabilityRole,
  runtime: runtimeRole,
  redundancy: redundancyRole,
};

/** Reports of all roles, without any budget: budgets cut them afterwards, so one examination serves every arm. */
export type Examination<R extends string = Role> = Record<R, RoleReport>;

/**
 * Lets roles look at a program, which they may run in the sandbox.
 *
 * @param analysers Default: the six. A role of your own joins them as one more entry.
 *
 * @example A seventh role
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as evaluators from "offprint/evaluators/mod.ts";
 * import { javascriptSandbox } from "offprint/sandbox/mod.ts";
 *
 * const { aggregate, ANALYSERS, evaluationOf, examine, Notes, readOwnProgram, UNLIMITED } = evaluators;
 * const comments: evaluators.Analyser = ({ text, tree }) => {
 *   const notes = new Notes("comments");
 *   notes.spend(text.length);
 *   if (!text.includes("//")) notes.add("warning", "style", tree.root, "it has no comment");
 *   return notes.report();
 * };
 * const analysers = { ...ANALYSERS, comments };
 * await using sandbox = javascriptSandbox();
 * const { task, text } = await readOwnProgram("function one() { return 1; }", { file: "one.js" });
 * const found = await examine(task, text, sandbox, analysers);
 * const opinion = evaluationOf(text, "comments", found, UNLIMITED);
 * assertEquals(opinion.findings.map(({ message }) => message), ["it has no comment"]);
 * assertEquals(aggregate([opinion]).verdict, "pass");
 * ```
 */
export async function examine<R extends string = Role>(
  task: PublicTask,
  text: string,
  sandbox: SandboxPool,
  analysers: Readonly<Record<R, Analyser>> = ANALYSERS as Record<R, Analyser>,
): Promise<Examination<R>> {
  const tree = await parseSyntax("javascript", text);
  const subject = { task, text, tree, counted: await countedProgram(text), sandbox };
  // All begin before one is waited for, so that programs to be run travel together.
  const reports = await Promise.all(
    Object.entries<Analyser>(analysers).map(async ([role, analyse]) => [
      role,
      await analyse(subject),
    ]),
  );
  return Object.fromEntries(reports) as Examination<R>;
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
