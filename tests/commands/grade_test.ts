import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readText } from "offprint/files.ts";
import { COMMAND_FLAGS, ROOT } from "offprint/kit/project.ts";
import { LineReader, runToEnd, startChild } from "offprint/process/mod.ts";
import { MASTER, NAME, RIGHT_1, submission, writeSample } from "../kit/classroom/sample.ts";

function task(...args: string[]) {
  return runToEnd(Deno.execPath(), ["run", ...COMMAND_FLAGS, "lib/commands/main.ts", ...args], {
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
}

Deno.test("an assignment is handed out, handed in and graded", async () => {
  const folder = await Deno.makeTempDir({ prefix: "classroom-" });
  try {
    const master = join(folder, `${NAME}.ts`);
    const points = join(folder, "points.json");
    const out = join(folder, "assignment");
    await Deno.writeTextFile(master, MASTER);
    await Deno.writeTextFile(points, '{"exercise-2-check": 10}');
    const assigned = await task("assign", master, "--out", out, "--points", points);
    assertEquals(assigned.stderr, "");
    assert(assigned.stdout.startsWith("distances: 3 questions, 17 points, 4 hidden tests."));

    const submitted = join(out, "submitted");
    const notebook = JSON.stringify(await submission(out, { "exercise-1": RIGHT_1 }));
    await Deno.writeTextFile(join(submitted, "=ann.ipynb"), notebook);
    await Deno.writeTextFile(join(submitted, "bob.ipynb"), "{}");
    const graded = await task("grade", submitted);
    assertEquals(
      graded.stdout,
      `bob: refused, it is no Jupyter notebook of format 4\n1 graded, 1 refused; see ${
        join(out, "graded")
      }\n`,
    );
    assertEquals(
      await readText(join(out, "graded", "gradebook.csv")),
      "student,points,of,exercise-1-check,exercise-2-check,exercise-3,refused,notes\n" +
        "'=ann,4,17,4,0,,,\nbob,0,17,,,,it is no Jupyter notebook of format 4,\n",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("with --watch a notebook that arrives is graded, until an interrupt", async () => {
  const folder = await Deno.makeTempDir({ prefix: "classroom-" });
  try {
    await writeSample(folder);
    const submitted = join(folder, "submitted");
    const notebook = JSON.stringify(await submission(folder, { "exercise-1": RIGHT_1 }));
    await Deno.writeTextFile(join(submitted, "ann.ipynb"), notebook);
    const child = startChild(
      Deno.execPath(),
      ["run", ...COMMAND_FLAGS, "lib/commands/main.ts", "grade", submitted, "--watch"],
      { cwd: ROOT, env: { NO_COLOR: "1" } },
    );
    const errors = new LineReader(child.stderr);
    const lines = new LineReader(child.stdout);
    assert((await lines.next())?.startsWith("1 graded, 0 refused"));
    while (!(await errors.next() ?? "watching").startsWith("watching"));
    await Deno.writeTextFile(join(submitted, "bob.ipynb"), notebook);
    assertEquals(await lines.next(), "bob: 4 of 9");
    child.interrupt();
    assertEquals((await child.status).code, 130);
    await Promise.all([errors.cancel(), lines.cancel()]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("wrong arguments give one line", async () => {
  const folder = await Deno.makeTempDir({ prefix: "classroom-" });
  try {
    for (
      const [args, message] of [
        [["assign"], "deno task assign: got no notebook, expected one notebook."],
        [
          ["grade", folder],
          "got no teacher/assignment.json, expected a folder that deno task assign made.",
        ],
        [["grade", join(folder, "none")], "none: got no folder, expected one with submissions."],
      ] as const
    ) {
      const { code, stderr } = await task(...args);
      assertEquals([code, stderr.trimEnd().split("\n").length], [2, 1]);
      assert(stderr.includes(message), stderr);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
