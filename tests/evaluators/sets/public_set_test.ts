/** Public layouts of Python problems: what is read. They are run in `tests/papers/aime/models`, where Python is started once. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { publicTask, type Task, taskSchema } from "offprint/evaluators/mod.ts";
import { type PublicSet, readPublicSet } from "offprint/evaluators/sets/mod.ts";

const layout = (name: string): string =>
  decodeURIComponent(
    new URL(`../../../data/problems/03/layouts/${name}`, import.meta.url).pathname,
  );
const task = ({ problems }: PublicSet, id: string): Task =>
  problems.find((problem) => problem.task.id === id)!.task;

Deno.test("each layout is read: entry, examples, one hidden test for each assertion", async () => {
  const human = await readPublicSet(layout("human_eval"));
  const leet = await readPublicSet(layout("leet_code_hard"));
  const bugs = await readPublicSet(layout("quix_bugs"));
  assertEquals([human, leet, bugs].map(({ name }) => name), [
    "HumanEval",
    "leetcode-hard",
    "QuixBugs",
  ]);
  for (const { problems } of [human, leet, bugs]) {
    for (const problem of problems) taskSchema.parse(problem.task);
  }
  const middle = task(human, "Own/0");
  assertEquals([middle.entry, middle.hiddenTests.length], ["middle", 4]);
  assertEquals(middle.examples, [
    { args: ["[3, 1, 2]"], expected: "2" },
    { args: ["[7]"], expected: "7" },
  ]);
  assert(task(human, "Own/1").prelude!.includes("def shifted"));
  assertEquals(task(human, "Own/1").hiddenTests.length, 2);
  const run = task(leet, "own-longest-run");
  assertEquals([run.entry, run.hiddenTests.length], ["longestRun", 3]);
  assertEquals(bugs.leftOut, [{ id: "visits", reason: "no tests in JSON" }]);
  const digits = task(bugs, "digit_sum");
  assertEquals([digits.examples.length, digits.hiddenTests.length], [1, 3]);
  assert(!bugs.problems[0]!.start!.includes("sum of the digits"));
  // What an evaluator gets has neither tests nor what they call.
  assert(!JSON.stringify(publicTask(digits)).includes("__test_"));
});

Deno.test("a place without problems, a damaged line and a folder with two files cost one line each", async () => {
  const folder = await Deno.makeTempDir();
  await assertRejects(() => readPublicSet(`${folder}/none`), UserError, "got nothing there");
  await assertRejects(() => readPublicSet(folder), UserError, "got no problems");
  await Deno.writeTextFile(`${folder}/a.jsonl`, '\n{"task_id": 3, "test": ""}\n');
  await assertRejects(() => readPublicSet(folder), UserError, "a.jsonl: line 2: prompt");
  await Deno.writeTextFile(`${folder}/b.jsonl`, "");
  await assertRejects(
    () => readPublicSet(folder),
    UserError,
    "2 files of problems: a.jsonl, b.jsonl",
  );
  await Deno.writeTextFile(
    `${folder}/b.jsonl`,
    '{"task_id": "x", "prompt": "def f(x):\\n", "test": "assert f(1"}\n',
  );
  const { problems, leftOut } = await readPublicSet(`${folder}/b.jsonl`);
  assertEquals([problems.length, leftOut.length], [0, 1]);
  await Deno.remove(folder, { recursive: true });
});
