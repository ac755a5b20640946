import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readText } from "offprint/files.ts";
import {
  type ClassReport,
  gradeAll,
  GRADING_LIMITS,
  type StudentResult,
  writeReport,
} from "offprint/kit/classroom/mod.ts";
import { submission, writeSample } from "./sample.ts";
import { type Pupil, sampleClass } from "./sample_class.ts";

const LIMITS = {
  ...GRADING_LIMITS,
  timeMs: 1500,
  memoryBytes: 900_000_000,
  outputBytes: 2_000_000,
  diskBytes: 20_000_000,
};

/** Grades the class once for all tests. */
const graded = (async () => {
  const folder = await Deno.makeTempDir({ prefix: "classroom-" });
  let requests = 0;
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    requests++;
    return new Response("export default 1;", { headers: { "content-type": "text/javascript" } });
  });
  const assignment = await writeSample(folder);
  const submitted = join(folder, "submitted");
  const pupils = sampleClass({ outside: folder, port: server.addr.port });
  for (const { name, cells, change, file } of pupils) {
    const notebook = await submission(folder, cells);
    change?.(notebook);
    await Deno.writeTextFile(join(submitted, `${name}.ipynb`), file ?? JSON.stringify(notebook));
  }
  await Deno.symlink(join(folder, "teacher", "distances.ipynb"), join(submitted, "link.ipynb"));
  await Deno.mkdir(join(submitted, "right"));
  await Deno.writeTextFile(join(submitted, "right", "second.ipynb"), "{}");
  await Deno.rename(join(submitted, "right"), join(submitted, "many"));
  await Deno.writeTextFile(join(submitted, "many", "first.ipynb"), "{}");
  const options = { seed: 7, limits: LIMITS, jobs: 2, kept: join(folder, "graded", "kept") };
  const report = await gradeAll(submitted, assignment, options);
  await writeReport(join(folder, "graded"), report);
  return { folder, assignment, pupils, report, requests: () => requests, options };
})();

function given({ questions, refused }: StudentResult): Pupil["expected"] {
  if (refused !== undefined) return "refused";
  return [questions[0]!.points!, questions[1]!.points!];
}

function resultOf({ students }: ClassReport, name: string): StudentResult {
  const result = students.find(({ student }) => student === name);
  assert(result !== undefined, name);
  return result;
}

Deno.test("a class of right and wrong answers and of attacks gets the points that it should", async () => {
  const { pupils, report, requests, folder } = await graded;
  const table = (points: (pupil: Pupil) => unknown) =>
    pupils.map((pupil) => `${pupil.name} (${pupil.tries}): ${points(pupil)}`).join("\n");
  assertEquals(
    table(({ name }) => given(resultOf(report, name))),
    table(({ expected }) => expected),
  );
  for (const { name, status, says } of pupils) {
    const { questions, notes, refused } = resultOf(report, name);
    if (status !== undefined) {
      const [test] = questions[0]!.tests.filter(({ hidden }) => hidden);
      assertEquals([name, test!.status], [name, status]);
    }
    if (says !== undefined) {
      assert([...notes, refused].join("; ").includes(says), `${name}: ${notes}`);
    }
  }
  assertEquals(requests(), 0);
  assert(!(await Deno.stat(join(folder, "trace")).then(() => true, () => false)));
  assertEquals(resultOf(report, "link").refused, "it is a link or no regular file");
  assertEquals(resultOf(report, "many").refused, "there is more than one notebook of this student");
});

Deno.test("feedback names hidden tests and holds nothing of them", async () => {
  const { folder, assignment, pupils } = await graded;
  const secrets = assignment.questions.flatMap(({ tests }) =>
    tests.filter(({ hidden }) => hidden).flatMap(({ got, judge }) => [
      got.expression,
      judge.expression,
      ...got.setup,
    ])
  ).filter((text) => text.length > 3);
  for (const { name } of pupils) {
    const page = await readText(join(folder, "graded", "feedback", `${name}.html`));
    for (const secret of [...secrets, "inputs "]) {
      assert(!page.includes(secret), `${name}: ${secret}`);
    }
  }
  const right = await readText(join(folder, "graded", "feedback", "right.html"));
  assert(right.includes("five drawn numbers") && right.includes("6 of 9 points"));
});

Deno.test("grading again takes what was kept and gives the same report", async () => {
  const { folder, assignment, report, options } = await graded;
  let again = 0;
  const running: (readonly string[])[] = [];
  const second = await gradeAll(join(folder, "submitted"), assignment, {
    ...options,
    jobs: 2,
    onRunning: (students) => running.push(students),
    onGraded: ({ refused }, fromBefore) => again += fromBefore || refused !== undefined ? 0 : 1,
  });
  assertEquals(again, 0);
  // First those that begin together, and then everyone once more has begun.
  const students = report.students.map(({ student }) => student);
  const each = [...new Set(students)].sort();
  assertEquals(running[0], students.slice(0, 2));
  assertEquals([...new Set(running.flat())].sort(), each);
  assert(running.every((names) => names.length <= 2));
  assertEquals(JSON.stringify(second), JSON.stringify(report));
  await Deno.remove(folder, { recursive: true });
});
