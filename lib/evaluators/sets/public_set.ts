/**
 * A public set in a user's folder, whatever its layout, and a check of its own programs before anything is asked.
 *
 * @module
 */
import { basename, join } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { exists, ifThere, readText } from "offprint/files.ts";
import type { SandboxPool } from "offprint/sandbox/mod.ts";
import { judgeAll, passesAll } from "../judge.ts";
import { readJsonLines } from "./json_lines.ts";
import { QUIX_FOLDERS, readQuixBugs } from "./quix_bugs.ts";
import type { PublicSet, SetProblem } from "./set_problem.ts";

/**
 * Reads a set: a file of JSON lines (`task_id`, `prompt`, `test`, and perhaps `entry_point` and `canonical_solution`), a folder with
 * one such file, or QuixBugs with its folders `python_programs`, `correct_python_programs` and `json_testcases`. Nothing is run.
 *
 * @throws {UserError} for a place that has none of these, and a file that is damaged.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readPublicSet } from "offprint/evaluators/sets/mod.ts";
 *
 * const { name, problems } = await readPublicSet("data/problems/03/layouts/human_eval");
 * assertEquals([name, problems[0]!.task.entry], ["HumanEval", "middle"]);
 * ```
 */
export async function readPublicSet(place: string): Promise<PublicSet> {
  const found = await ifThere(Deno.stat(place));
  if (found?.isDirectory && await exists(join(place, QUIX_FOLDERS.defective))) {
    return { name: "QuixBugs", ...await readQuixBugs(place) };
  }
  const file = found?.isDirectory ? await onlyFile(place) : found === undefined ? undefined : place;
  if (file === undefined) {
    throw new UserError({
      what: place,
      got: new Described(found === undefined ? "nothing there" : "no problems"),
      expected: "a file of problems (.jsonl), a folder with one, or QuixBugs with python_programs",
    });
  }
  const set = basename(file).replace(/\.jsonl$/, "");
  return { name: set, ...await readJsonLines(await readText(file), { file, set }) };
}

/** The file of problems in a folder. */
async function onlyFile(folder: string): Promise<string | undefined> {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".jsonl")) files.push(name);
  }
  if (files.length > 1) {
    throw new UserError({
      what: folder,
      got: new Described(`${files.length} files of problems: ${files.sort().join(", ")}`),
      expected: "one",
      todo: "Name the file itself.",
    });
  }
  return files[0] === undefined ? undefined : join(folder, files[0]);
}

/**
 * Runs the programs that a set says are right, and those that it says are defective. A problem whose own reference fails its tests,
 * or whose defective program passes them all, is left out with the reason.
 *
 * @param sandbox one for Python.
 */
export async function auditSet(set: PublicSet, sandbox: SandboxPool): Promise<PublicSet> {
  const problems: SetProblem[] = [], leftOut = [...set.leftOut];
  for (const problem of set.problems) {
    const { task, reference, start } = problem;
    const texts = [reference, start].filter((text) => text !== undefined);
    const outcomes = await judgeAll(task, texts, sandbox);
    const right = reference === undefined ? undefined : outcomes[0]!;
    const wrong = start === undefined ? undefined : outcomes.at(-1)!;
    if (right !== undefined && !passesAll(right)) {
      const at = right.tests.findIndex((status) => status !== "pass");
      leftOut.push({
        id: task.id,
        reason: `its own reference fails hidden test ${at + 1} (${right.tests[at]})`,
      });
    } else if (wrong !== undefined && passesAll(wrong)) {
      leftOut.push({ id: task.id, reason: "no hidden test notices its defect" });
    } else problems.push(problem);
  }
  return { name: set.name, problems, leftOut };
}
