/**
 * The `classroom` suite: grading submissions of paper 02's exercises against a Jupyter kernel for each, one after the other, and against
 * three minutes for a hundred and .3 s of overhead for each.
 *
 * @module
 */
import { join } from "node:path";
import { readText } from "offprint/files.ts";
import { type BenchResult, interleaved, lessIsBetter } from "offprint/kit/bench/report.ts";
import {
  type Assignment,
  gradeAll,
  GRADING_LIMITS,
  writeAssignment,
} from "offprint/kit/classroom/mod.ts";
import type { Notebook } from "offprint/kit/nbformat.ts";
import { parseNotebook, parsePercent, stringifyNotebook } from "offprint/kit/pairs/mod.ts";
import { ROOT } from "offprint/kit/project.ts";
import { executeNotebook } from "offprint/kit/runner/mod.ts";
import { temporaryFolder } from "offprint/temporary.ts";

const PAPER = "02-specdec-theory";
const CLASS = 100;
/** Submissions of one turn against one kernel. */
const TURN = 10;
const REPETITIONS = 3;
const GOAL_SECONDS = 180;
const GOAL_OVERHEAD_SECONDS = 0.3;

/** A notebook whose one exercise needs no time at all: what is left is overhead. */
const EMPTY = `// ---
// jupyter: {}
// ---

// %% id="answer" nbgrader={"grade":false,"grade_id":"answer","locked":false,"schema_version":3,"solution":true,"task":false}
function answer(): number {
  // BEGIN SOLUTION
  return 6 * 7;
  // END SOLUTION
}

// %% id="check" nbgrader={"grade":true,"grade_id":"check","locked":true,"points":1,"schema_version":3,"solution":false,"task":false}
await display(check("the answer", { got: answer(), expected: 42 }));
`;

/** Fills a class with right answers; each file differs, so that none is taken from before. */
async function fill(folder: string, assignment: Assignment, count: number, salt: string) {
  const { name, cells } = assignment;
  const file = join(folder, "release", `${name}.ipynb`);
  const notebook = parseNotebook(await readText(file), file);
  const known = new Map(cells.map(({ id, teacher, role }) => [id, role === "solution" && teacher]));
  const filled: Notebook = {
    ...notebook,
    cells: notebook.cells.map((cell) => ({ ...cell, source: known.get(cell.id) || cell.source })),
  };
  const target = join(folder, `submitted-${salt}`);
  await Deno.mkdir(target);
  for (let i = 0; i < count; i++) {
    const metadata = { ...filled.metadata, student: `${salt} ${i}` };
    const text = stringifyNotebook({ ...filled, metadata });
    await Deno.writeTextFile(join(target, `student-${i}.ipynb`), text);
  }
  return { target, filled };
}

/** Runs the suite: about two minutes on an idle machine. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const folder = await temporaryFolder("bench");
  try {
    const source = await readText(join(ROOT, "notebooks", `${PAPER}.ts`));
    const paper = join(folder, "paper");
    const assignment = await writeAssignment(parsePercent(source, PAPER), PAPER, paper);
    const emptyFolder = join(folder, "empty");
    const empty = await writeAssignment(parsePercent(EMPTY, "empty"), "empty", emptyFolder);
    let turn = 0;
    const grade = async (from: string, what: Assignment, count: number, jobs: number) => {
      const { target } = await fill(from, what, count, String(turn++));
      const kept = join(target, "kept");
      const { students } = await gradeAll(target, what, {
        seed: 7,
        limits: GRADING_LIMITS,
        jobs,
        kept,
      });
      const wrong = students.find(({ points, of }) => points !== of);
      if (wrong !== undefined) throw new Error(`bench classroom: ${JSON.stringify(wrong)}`);
    };
    const { filled } = await fill(paper, assignment, 1, "kernel");
    progress(`classroom: ${TURN} submissions against one kernel, in turn`);
    const times = await interleaved({
      ours: () => grade(paper, assignment, TURN, 2),
      overhead: () => grade(emptyFolder, empty, TURN, 1),
      kernel: async () => {
        const { failures } = await executeNotebook(filled, { cwd: ROOT, cellSeconds: 300 });
        if (failures.length > 0) throw new Error(`bench classroom: ${failures[0]!.error.evalue}`);
      },
    }, REPETITIONS);
    progress(`classroom: ${CLASS} submissions`);
    const begun = performance.now();
    await grade(paper, assignment, CLASS, 2);
    const whole = (performance.now() - begun) / 1000;
    return {
      rows: [
        lessIsBetter({
          name: "grade a submission of paper 02",
          shape: `${TURN} submissions, 4 questions, two at a time`,
          ours: times.ours / TURN,
          peer: times.kernel,
          peerName: "a deno jupyter kernel for each, one after the other",
          unit: "s",
        }),
        lessIsBetter({
          name: "overhead of a submission, its cells left out",
          shape: `${TURN} submissions of one empty question, one at a time`,
          ours: times.overhead / TURN,
          peer: GOAL_OVERHEAD_SECONDS,
          peerName: "the goal",
          unit: "s",
        }),
        lessIsBetter({
          name: "grade a class of paper 02",
          shape: `${CLASS} submissions, two at a time`,
          ours: whole,
          peer: GOAL_SECONDS,
          peerName: "the goal",
          unit: "s",
        }),
      ],
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
