/**
 * One submission: its cells in a process of their own, each answer judged elsewhere.
 *
 * @module
 */
import { join } from "node:path";
import { temporaryFolder } from "offprint/temporary.ts";
import type { Question } from "./form/mod.ts";
import { failureText, type Judge } from "./judge.ts";
import { type GradingLimits, LimitedChild, type NoAnswer, type Reply } from "./limited_child.ts";
import type { Answers } from "./question_module.ts";
import { decodeValue } from "./transfer.ts";

/** What came of one test. */
export type TestStatus =
  | "passed"
  /** Another value. */
  | "wrong"
  | "threw"
  /** The student's cells could not be run. */
  | "cell"
  | NoAnswer
  /** Not run: the question's process was ended too often. */
  | "not run";

/** A test and its outcome. */
export interface GradedTest {
  name: string;
  hidden: boolean;
  status: TestStatus;
  /** First line of what the student's code threw: for the teacher, never for feedback. */
  said?: string | undefined;
}

/** A question and its points. */
export interface GradedQuestion {
  id: string;
  /** Null where a person has to give them. */
  points: number | null;
  of: number;
  tests: GradedTest[];
}

/** Processes that one question may lose. */
const MOST_LOST = 2;

/** Grades the answers of one submission. Never throws for what they do. */
export async function gradeAnswers(
  answers: Answers,
  judge: Judge,
  limits: GradingLimits,
): Promise<GradedQuestion[]> {
  const folder = await temporaryFolder("grading");
  let child: LimitedChild | undefined;
  const run = async (question: Question, module: string): Promise<GradedTest[]> => {
    const tests: GradedTest[] = [];
    let lost = 0;
    for (const [index, { name, hidden }] of question.tests.entries()) {
      if (lost >= MOST_LOST) {
        tests.push({ name, hidden, status: "not run" });
        continue;
      }
      if (child?.alive !== true) {
        await child?.close();
        child = await LimitedChild.start(folder, judge.seed, limits);
      }
      const reply = await child.ask(module, index);
      if ("none" in reply) lost++;
      tests.push({ name, hidden, ...await outcome(reply, question, index, judge) });
    }
    return tests;
  };
  try {
    const graded: GradedQuestion[] = [];
    for (const [index, question] of judge.assignment.questions.entries()) {
      if (question.tests.length === 0) {
        graded.push({ id: question.id, points: null, of: question.points, tests: [] });
        continue;
      }
      const module = `question_${index}.ts`;
      const text = await judge.modules.answering(question, answers);
      await Deno.writeTextFile(join(folder, module), text);
      const tests = await run(question, module);
      graded.push({
        id: question.id,
        points: pointsOf(question, tests),
        of: question.points,
        tests,
      });
    }
    return graded;
  } finally {
    await (child as LimitedChild | undefined)?.close();
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

async function outcome(
  reply: Reply,
  question: Question,
  index: number,
  judge: Judge,
): Promise<{ status: TestStatus; said?: string }> {
  if ("value" in reply) {
    const right = await judge.accepts(question, index, valueOf(reply.value));
    return { status: right ? "passed" : "wrong" };
  }
  const said = String(failureText(reply)).slice(0, 200);
  if ("threw" in reply) return { status: "threw", said };
  if ("cell" in reply) return { status: "cell", said };
  return { status: reply.none, said };
}

/** An answer; one that was not written by our program is none. */
function valueOf(encoded: unknown): unknown {
  try {
    return decodeValue(encoded);
  } catch {
    return Symbol("no value");
  }
}

/**
 * Points of a question, to hundredths: hidden tests give them by their weights; where there is none, the visible check does.
 */
export function pointsOf(
  question: Pick<Question, "points" | "tests">,
  graded: readonly Pick<GradedTest, "status">[],
): number {
  const counting = question.tests.some(({ hidden }) => hidden);
  let all = 0;
  let got = 0;
  for (const [index, { hidden, weight }] of question.tests.entries()) {
    if (hidden !== counting) continue;
    all += weight;
    if (graded[index]?.status === "passed") got += weight;
  }
  return all === 0 ? 0 : Math.round(100 * question.points * got / all) / 100;
}
