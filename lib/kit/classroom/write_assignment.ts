/**
 * An assignment as a folder: what is handed out, what stays with the teacher, and where submissions go.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { checkedJson } from "offprint/checked_json.ts";
import { ifThere, readText, writeWhole } from "offprint/files.ts";
import { Described, UserError } from "offprint/errors.ts";
import type { Notebook } from "../nbformat.ts";
import { stringifyNotebook } from "../pairs/mod.ts";
import { type Assignment, assignmentSchema, digestOf, readAssignment } from "./form/mod.ts";
import { Judge } from "./judge.ts";
import { GRADING_LIMITS } from "./limited_child.ts";
import { QuestionModules } from "./question_module.ts";
import { checkRelease, keyNotebook, studentNotebook } from "./release.ts";
import { textDigest } from "./submissions.ts";

/** For those who grade with nbgrader itself: it knows no stub in TypeScript. */
const NBGRADER_CONFIG = `# Read by nbgrader; deno task assign and deno task grade do not need it.
c = get_config()
c.ClearSolutions.code_stub = {"typescript": 'throw new Error("your code here");'}
c.Execute.kernel_name = "deno"
`;

/** The folders of an assignment. */
export const FOLDERS = { release: "release", teacher: "teacher", submitted: "submitted" } as const;

/**
 * Writes an assignment once it has been seen to be right: `release/` for students, `teacher/` with key and hidden
 * tests, and an empty `submitted/`.
 *
 * @throws {UserError} where it may not be handed out; nothing is written then.
 */
export async function writeAssignment(
  master: Notebook,
  name: string,
  folder: string,
  points: Readonly<Record<string, number>> = {},
): Promise<Assignment> {
  await refuseOther(folder, name);
  const assignment = await readAssignment(master, name, points);
  const modules = await QuestionModules.of(assignment);
  await using judge = await Judge.of(modules, 1, GRADING_LIMITS);
  const released = await studentNotebook(judge);
  await checkRelease(judge, released);
  const students = new Map(assignment.cells.map((cell) => [cell.id, cell.role]));
  for (const { id, source, cell_type } of released.cells) {
    const role = students.get(id);
    if (cell_type !== "code" || role === undefined || role === "solution") continue;
    assignment.released[id] = textDigest(source);
  }
  const teacher = join(folder, FOLDERS.teacher);
  await writeWhole(
    join(teacher, "assignment.json"),
    `${JSON.stringify(assignment, undefined, 1)}\n`,
  );
  await writeWhole(join(teacher, `${name}.ipynb`), stringifyNotebook(keyNotebook(assignment)));
  await writeWhole(join(teacher, "nbgrader_config.py"), NBGRADER_CONFIG);
  await writeWhole(join(folder, FOLDERS.release, `${name}.ipynb`), stringifyNotebook(released));
  await Deno.mkdir(join(folder, FOLDERS.submitted), { recursive: true });
  return assignment;
}

/** Two assignments in one folder would have one key. */
async function refuseOther(folder: string, name: string): Promise<void> {
  const text = await ifThere(readText(join(folder, FOLDERS.teacher, "assignment.json")));
  const other = /"name": "([^"]*)"/.exec(text ?? "")?.[1];
  if (other === undefined || other === name) return;
  throw new UserError({
    what: folder,
    got: new Described(`the folder of the assignment ${other}`),
    expected: `a new folder, or that of ${name}`,
    todo: "Name another one with --out.",
  });
}

/**
 * The assignment of a folder that {@linkcode writeAssignment} made.
 *
 * @throws {UserError} where there is none, or its file was changed.
 */
export async function openAssignment(folder: string): Promise<Assignment> {
  const file = join(folder, FOLDERS.teacher, "assignment.json");
  const isFolder = await Deno.stat(folder).then((info) => info.isDirectory, () => false);
  const text = isFolder ? await ifThere(readText(file)) : undefined;
  if (text === undefined) {
    throw new UserError({
      what: folder === "" ? "--assignment" : folder,
      got: new Described(isFolder ? `no ${FOLDERS.teacher}/assignment.json` : "no folder"),
      expected: "the folder that deno task assign made",
      todo:
        `Name with --assignment the one that holds ${FOLDERS.teacher}/ and ${FOLDERS.release}/.`,
    });
  }
  const todo = "Make it again with deno task assign.";
  const assignment = checkedJson(assignmentSchema, text, { what: file, todo }) as Assignment;
  const { cells, questions, digest } = assignment;
  if (digestOf(cells, questions) !== digest) {
    throw new UserError({
      what: file,
      got: new Described("a file that was changed"),
      expected: "it as deno task assign wrote it",
      todo,
    });
  }
  return assignment;
}

/** A seed that nobody can tell who has only what was handed out. */
export function gradingSeed({ cells, questions }: Assignment): number {
  const digest = createHash("sha256").update(JSON.stringify(["grading", cells, questions]));
  return parseInt(digest.digest("hex").slice(0, 6), 16) + 1;
}
