import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readText } from "offprint/files.ts";
import { readAssignment } from "offprint/kit/classroom/mod.ts";
import { notebookIds, parsePercent } from "offprint/kit/pairs/mod.ts";
import { ROOT } from "offprint/kit/project.ts";

const NOTEBOOKS = join(ROOT, "notebooks");
const papers = (await notebookIds(NOTEBOOKS)).filter((id) => /^(?:0[1-9]|10)-/.test(id));

/** An exercise as its text announces it, and the points of the tests behind it. */
interface Exercise {
  minutes: number;
  announced: number;
  points: number;
  hidden: number;
}

async function exercisesOf(id: string): Promise<Exercise[]> {
  const file = join(NOTEBOOKS, `${id}.ts`);
  const { cells, questions } = await readAssignment(parsePercent(await readText(file), file), id);
  const exercises: Exercise[] = [];
  for (const { type, role, teacher, nbgrader } of cells) {
    if (type === "markdown") {
      const found = /\((\d+) minutes, (\d+) points\.\)/.exec(teacher);
      assert(found !== null, `${id}: an exercise without minutes and points: ${teacher}`);
      exercises.push({
        minutes: Number(found[1]),
        announced: Number(found[2]),
        points: 0,
        hidden: 0,
      });
    } else if (role === "graded") {
      const { points, tests } = questions.find((question) => question.id === nbgrader!.grade_id)!;
      exercises.at(-1)!.points += points;
      exercises.at(-1)!.hidden += tests.filter((test) => test.hidden).length;
    }
  }
  return exercises;
}

Deno.test("every paper has three exercises with hidden tests, minutes, and the points that it announces", async () => {
  assertEquals(papers.length, 10);
  for (const id of papers) {
    const exercises = await exercisesOf(id);
    assert(exercises.length >= 3, `${id}: ${exercises.length} graded exercises`);
    for (const { minutes, announced, points, hidden } of exercises) {
      assert(
        minutes >= 5 && minutes <= 60 && hidden > 0,
        `${id}: ${minutes} minutes, ${hidden} hidden`,
      );
      assertEquals(points, announced, id);
    }
  }
});
