/**
 * What students get: the notebook without solutions and hidden tests, and the proof that it may be handed out.
 *
 * @module
 */
import { join } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import { paperIds } from "offprint/notebook/claims/ledger.ts";
import { seal } from "offprint/notebook/self_check.ts";
import type { Cell, Notebook } from "../nbformat.ts";
import { defaultMetadata } from "../pairs/mod.ts";
import {
  type Assignment,
  type AssignmentCell,
  type CellTest,
  type Question,
  regionsOf,
  releasedMetadata,
  replaceRegions,
  statementsOf,
  stubOf,
} from "./form/mod.ts";
import { gradeAnswers, type GradedQuestion } from "./grade_submission.ts";
import { failureText, type Judge } from "./judge.ts";
import { GRADING_LIMITS, LimitedChild, type Reply } from "./limited_child.ts";
import type { Answers } from "./question_module.ts";

/** The notebook for students, without outputs. Visible checks hold digests of what they expect. */
export async function studentNotebook(judge: Judge): Promise<Notebook> {
  const { assignment } = judge;
  const cells: Cell[] = [introduction(assignment), await checkImports(assignment)];
  for (const cell of assignment.cells) {
    if (cell.student === null) continue;
    const source = await studentSource(cell, judge);
    cells.push(cellOf(cell, source));
  }
  return notebookOf(assignment, cells);
}

/** The notebook with solutions and hidden tests, for those who grade by hand. */
export function keyNotebook(assignment: Assignment): Notebook {
  const cells = assignment.cells.map((cell) => cellOf(cell, cell.teacher));
  return notebookOf(assignment, cells);
}

/** What students' cells hold before anything was written. */
export function stubs(assignment: Assignment): Answers {
  const solutions = assignment.cells.filter(({ role }) => role === "solution");
  return {
    solutions: new Map(
      solutions.map(({ nbgrader, teacher, id }) => [
        nbgrader!.grade_id,
        stubOf(teacher, nbgrader!.grade_id, id),
      ]),
    ),
    added: new Map(),
  };
}

/**
 * Makes sure that an assignment may be handed out.
 *
 * @throws {UserError} when the key does not pass every test, when a test passes although nothing was written, and when a
 * line of a solution or of a hidden test is in the released notebook.
 */
export async function checkRelease(judge: Judge, released: Notebook): Promise<void> {
  const { assignment } = judge;
  const { name } = assignment;
  const key = await gradeAnswers(judge.modules.key(), judge, GRADING_LIMITS);
  const failed = testsWith(key, (passed) => !passed);
  if (failed.length > 0) {
    throw refusal(name, `a key that fails ${failed[0]!}`, "a solution that passes every test");
  }
  const empty = await gradeAnswers(stubs(assignment), judge, GRADING_LIMITS);
  const passed = testsWith(empty, (passed) => passed);
  if (passed.length > 0) {
    throw refusal(name, `${passed[0]!} passed by an empty answer`, "every test to fail there");
  }
  const reply = await runAlone(judge, await judge.modules.running(stubs(assignment)));
  if (!("value" in reply)) {
    throw refusal(
      name,
      `an empty notebook whose cells fail: ${failureText(reply)}`,
      "graded cells alone to fail",
    );
  }
  const leak = survivor(assignment, released);
  if (leak !== undefined) {
    throw refusal(
      name,
      `the line ${JSON.stringify(leak.line)} of cell ${leak.from} in the released cell ${leak.in}`,
      "no line of a solution or of a hidden test in what students get",
    );
  }
}

/** Runs one module in a process of its own. */
async function runAlone({ seed }: Judge, text: string): Promise<Reply> {
  const folder = await temporaryFolder("release");
  const child = await LimitedChild.start(folder, seed, GRADING_LIMITS);
  try {
    await Deno.writeTextFile(join(folder, "cells.ts"), text);
    return await child.ask("cells.ts", 0);
  } finally {
    await child.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function testsWith(graded: readonly GradedQuestion[], wanted: (passed: boolean) => boolean) {
  return graded.flatMap(({ id, tests }) =>
    tests.filter(({ status }) => wanted(status === "passed")).map(({ name, status, said }) =>
      `${id}: ${name} (${said ?? status})`
    )
  );
}

function refusal(name: string, got: string, expected: string): UserError {
  return new UserError({
    what: name,
    got: new Described(got),
    expected,
    todo: "Correct the master notebook; nothing was written.",
  });
}

/** Lines with fewer letters and digits than this may stand anywhere. */
const LEAST_LINE = 8;

/** The first line of a solution or a hidden test that is in the released notebook. */
export function survivor(
  assignment: Assignment,
  released: Notebook,
): { line: string; from: string; in: string } | undefined {
  // A hidden test that calls the function as a visible check does gives nothing away.
  const checked = new Set(
    assignment.cells.filter(({ role }) => role === "graded").flatMap(({ teacher, id }) =>
      replaceRegions(teacher, regionsOf(teacher, id)).split("\n").map(withoutBlanks)
    ),
  );
  const secret = new Map<string, string>();
  for (const { id, type, teacher } of assignment.cells) {
    if (type !== "code") continue;
    for (const { kind, lines } of regionsOf(teacher, id)) {
      for (const plain of lines.map(withoutBlanks)) {
        const long = plain.replaceAll(/[^\p{L}\p{N}]/gu, "").length >= LEAST_LINE;
        if (long && !(kind === "HIDDEN TESTS" && checked.has(plain))) secret.set(plain, id);
      }
    }
  }
  for (const cell of released.cells) {
    const texts = [cell.source, JSON.stringify(cell.metadata)];
    if (cell.cell_type === "code") texts.push(JSON.stringify(cell.outputs));
    const text = withoutBlanks(texts.join("\n"));
    for (const [line, from] of secret) {
      if (text.includes(line)) return { line, from, in: cell.id };
    }
  }
  return undefined;
}

function withoutBlanks(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

async function studentSource(cell: AssignmentCell, judge: Judge): Promise<string> {
  const grade = cell.nbgrader?.grade_id;
  if (cell.role === "solution") return stubOf(cell.teacher, grade!, cell.id);
  if (cell.role !== "graded") return cell.student!;
  const question = judge.assignment.questions.find(({ id }) => id === grade)!;
  const lines = (cell.shared ?? []).flatMap(({ text, student }) => student ? [text] : []);
  for (const [index, test] of question.tests.entries()) {
    if (test.hidden) continue;
    for (const statement of test.got.setup) if (!lines.includes(statement)) lines.push(statement);
    lines.push(await sealedCheck(test, question, index, judge));
  }
  const hidden = question.tests.filter((test) => test.hidden).length;
  if (hidden > 0) {
    lines.push(`// ${hidden} hidden ${hidden === 1 ? "test" : "tests"} more when it is graded.`);
  }
  return lines.join("\n");
}

async function sealedCheck(
  test: CellTest,
  question: Question,
  index: number,
  judge: Judge,
): Promise<string> {
  const value = await judge.expected(question, index);
  const sealed = seal(
    value,
    test.tolerance,
    `${judge.assignment.digest.slice(0, 16)} ${question.id} ${index}`,
  );
  return [
    `await display(selfCheck(${JSON.stringify(test.name)}, {`,
    `  got: ${test.got.expression},`,
    `  sealed: ${JSON.stringify(sealed)},`,
    ...(test.hint === undefined ? [] : [`  hint: ${JSON.stringify(test.hint)},`]),
    "}));",
  ].join("\n");
}

function introduction({ title, name }: Assignment): Cell {
  const source = [
    `# Exercises: ${title}`,
    "",
    "Write where a cell says `your code here`; cells of your own may stand between. Below each answer a check compares it with a digest of",
    "the expected value, so that it can tell right from wrong without holding the answer. Points come from other inputs.",
    // A paper of the project is there for everyone; a teacher's own file is not.
    ...(paperIds().includes(name) ? [`The notebook ${name} has the formulas.`] : []),
  ].join("\n");
  return { cell_type: "markdown", id: "assignment-introduction", metadata: {}, source };
}

/** Imports of what the checks use, unless the notebook's own cells import it. */
async function checkImports({ cells }: Assignment): Promise<Cell> {
  const student = cells.flatMap(({ type, student, role }) =>
    type === "code" && role === "context" && student !== null ? [student] : []
  );
  const known = (await statementsOf(student.join("\n"))).statements.flatMap(({ declares }) =>
    declares
  );
  const lines = ['import { selfCheck } from "offprint/notebook/self_check.ts";'];
  if (!known.includes("display")) {
    lines.unshift('import { display } from "offprint/notebook/mod.ts";');
  }
  const source = lines.join("\n");
  return {
    cell_type: "code",
    id: "assignment-imports",
    metadata: { tags: ["imports"] },
    source,
    execution_count: null,
    outputs: [],
  };
}

function cellOf({ id, type, tags, nbgrader }: AssignmentCell, source: string): Cell {
  const kept = tags.filter((tag) => tag !== "solution");
  const plain = kept.length === 0 ? {} : { tags: kept };
  const metadata = nbgrader === undefined ? plain : releasedMetadata(plain, nbgrader, source, type);
  return type === "markdown"
    ? { cell_type: type, id, metadata, source }
    : { cell_type: type, id, metadata, source, execution_count: null, outputs: [] };
}

function notebookOf({ name, digest }: Assignment, cells: Cell[]): Notebook {
  const metadata = defaultMetadata();
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      ...metadata,
      offprint: { ...metadata["offprint"] as object, assignment: { name, digest } },
    },
    cells,
  };
}
