/**
 * A whole class: in parallel, each submission graded once and kept by its content.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { ifThere, readText, writeWhole } from "offprint/files.ts";
import type { Assignment } from "./form/mod.ts";
import { gradeAnswers } from "./grade_submission.ts";
import { Judge } from "./judge.ts";
import type { GradingLimits } from "./limited_child.ts";
import { QuestionModules } from "./question_module.ts";
import {
  listSubmissions,
  readSubmission,
  readSubmitted,
  type SubmittedFile,
} from "./submissions.ts";

const gradedTest = z.strictObject({
  name: z.string(),
  hidden: z.boolean(),
  status: z.enum([
    "passed",
    "wrong",
    "threw",
    "cell",
    "time",
    "memory",
    "output",
    "disk",
    "ended",
    "not run",
  ]),
  said: z.string().optional(),
});
const graded = z.strictObject({
  /** Why it was not graded. */
  refused: z.string().optional(),
  /** What the teacher should know. */
  notes: z.array(z.string()),
  questions: z.array(z.strictObject({
    id: z.string(),
    points: z.number().nullable(),
    of: z.number(),
    tests: z.array(gradedTest),
  })),
});

/** What came of one submission, whoever handed it in. */
export type Graded = z.infer<typeof graded>;

/** A student's line of the report. */
export interface StudentResult extends Graded {
  student: string;
  /** Sum over the questions that have points. */
  points: number;
  of: number;
}

/** The report of a class: the same for the same submissions, whenever and however often they are graded. */
export interface ClassReport {
  assignment: string;
  digest: string;
  seed: number;
  limits: GradingLimits;
  students: StudentResult[];
}

/** How a class is graded. */
export interface GradeOptions {
  seed: number;
  limits: GradingLimits;
  jobs: number;
  /** Where results are kept. */
  kept: string;
  /** Called after each submission. */
  onGraded?: (result: StudentResult, fromBefore: boolean) => void;
  /** Called with the students whose submissions are being graded now, whenever these have become others. */
  onRunning?: (students: readonly string[]) => void;
}

/** Changes whenever the same submission would be graded otherwise. */
const VERSION = 1;

/**
 * Grades the submissions of a folder. It always comes to an end: what cannot be graded is refused with a reason.
 *
 * @throws {UserError} when there is none.
 */
export async function gradeAll(
  folder: string,
  assignment: Assignment,
  options: GradeOptions,
): Promise<ClassReport> {
  const files = await listSubmissions(folder);
  if (files.length === 0) {
    throw new UserError({
      what: folder,
      got: new Described("no notebook"),
      expected: "STUDENT.ipynb or STUDENT/FILE.ipynb",
      todo: "Collect the submissions there.",
    });
  }
  const { seed, limits, jobs, kept, onGraded, onRunning } = options;
  const modules = await QuestionModules.of(assignment, seed);
  await using judge = await Judge.of(modules, seed, limits);
  const results: StudentResult[] = [];
  const next = files.entries();
  const running = new Set<SubmittedFile>();
  const tellRunning = () => onRunning?.([...running].map(({ student }) => student));
  let allBegun = false;
  const work = async () => {
    for (const [index, file] of next) {
      running.add(file);
      if (allBegun) tellRunning();
      const { result, fromBefore } = await gradeFile(file, files, judge, kept)
        .catch((error) => {
          // The teacher's own mistake is no student's.
          if (error instanceof UserError) throw error;
          return refusal(`it could not be graded: ${messageOf(error)}`);
        });
      results[index] = withSums(file.student, result, assignment);
      running.delete(file);
      onGraded?.(results[index]!, fromBefore);
    }
  };
  const workers = Array.from({ length: Math.min(jobs, files.length) }, work);
  allBegun = true;
  tellRunning();
  await Promise.all(workers);
  return {
    assignment: assignment.name,
    digest: assignment.digest,
    seed,
    limits,
    students: results,
  };
}

function refusal(refused: string): { result: Graded; fromBefore: boolean } {
  return { result: { refused, notes: [], questions: [] }, fromBefore: false };
}

async function gradeFile(
  file: SubmittedFile,
  all: readonly SubmittedFile[],
  judge: Judge,
  kept: string,
): Promise<{ result: Graded; fromBefore: boolean }> {
  if (all.filter(({ student }) => student === file.student).length > 1) {
    return refusal("there is more than one notebook of this student");
  }
  const bytes = await readSubmitted(file.path);
  if ("refused" in bytes) return refusal(bytes.refused);
  const { assignment, seed, limits } = judge;
  const key = createHash("sha256")
    .update(JSON.stringify([VERSION, assignment.digest, assignment.released, seed, limits]))
    .update(bytes).digest("hex");
  const place = join(kept, `${key}.json`);
  const before = await ifThere(readText(place));
  if (before !== undefined) {
    const result = checkedJson(graded, before, {
      what: place,
      todo: "Remove the file: the submission is graded again.",
    }) as Graded;
    return { result, fromBefore: true };
  }
  const submission = readSubmission(bytes, assignment);
  if ("refused" in submission) return refusal(submission.refused);
  const questions = await gradeAnswers(submission.answers, judge, limits);
  const result = { notes: submission.notes, questions };
  await writeWhole(place, JSON.stringify(result));
  return { result, fromBefore: false };
}

function withSums(student: string, result: Graded, { questions }: Assignment): StudentResult {
  const points = result.questions.reduce((sum, question) => sum + (question.points ?? 0), 0);
  return {
    student,
    points: Math.round(100 * points) / 100,
    of: questions.reduce((sum, { points }) => sum + points, 0),
    ...result,
  };
}
