/**
 * The programs of the study: references, defects ported from QuixBugs, and drawn mutants.
 *
 * @module
 */
import {
  applyEdit,
  type CorpusEntry,
  type EditClass,
  FUNCTIONAL_CLASSES,
  type PublicTask,
  publicTask,
  readCorpus,
  type Task,
} from "offprint/evaluators/mod.ts";
import { readText } from "offprint/files.ts";
import type { SandboxPool } from "offprint/sandbox/mod.ts";
import { type CommittedSet, type Half, readMutants } from "./mutants_file.ts";

/** Where the functions lie. */
export const FUNCTIONS_FILE = new URL("../../../data/problems/03/functions.md", import.meta.url);

/** Kinds of programs by what was done to them. */
export type Origin = EditClass | "reference" | "ported";

/** One program to be judged. What is known about it is for analysis alone. */
export interface StudyProgram {
  id: string;
  task: string;
  half: Half;
  text: string;
  origin: Origin;
  /** It fails a hidden test. */
  defective: boolean;
  /** Line of the change, from 1; 0 for a reference. */
  line: number;
}

/** One function of the study. */
export interface StudyTask {
  task: Task;
  shown: PublicTask;
  half: Half;
  programs: StudyProgram[];
}

/** All functions with their programs, or those that are asked for. */
export async function readStudy(
  sandbox: SandboxPool,
  names?: readonly string[],
): Promise<StudyTask[]> {
  const text = await readText(FUNCTIONS_FILE);
  const chosen = names === undefined ? text : text.split(/^(?=## )/m)
    .filter((section) => names.some((name) => section.startsWith(`## ${name}\n`))).join("");
  const [entries, sets] = await Promise.all([
    readCorpus(chosen, sandbox, "data/problems/03/functions.md"),
    readMutants(),
  ]);
  return entries.map((entry) => studyTask(entry, sets.find(({ task }) => task === entry.task.id)!));
}

function studyTask({ task, reference, ported }: CorpusEntry, set: CommittedSet): StudyTask {
  const { half } = set;
  const base = { task: task.id, half };
  const programs: StudyProgram[] = [
    { ...base, id: `${task.id}`, text: reference, origin: "reference", defective: false, line: 0 },
  ];
  if (ported !== undefined) {
    const lines = reference.split("\n"), other = ported.split("\n");
    const line = lines.findIndex((each, at) => each !== other[at]) + 1;
    programs.push({
      ...base,
      id: `${task.id}/ported`,
      text: ported,
      origin: "ported",
      defective: true,
      line,
    });
  }
  set.mutants.forEach(({ edit, line }, at) =>
    programs.push({
      ...base,
      id: `${task.id}/${at}`,
      text: applyEdit(reference, edit),
      origin: edit.class,
      defective: FUNCTIONAL_CLASSES.includes(edit.class),
      line,
    })
  );
  return { task, shown: publicTask(task), half, programs };
}
