import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { command as assign } from "offprint/commands/assign.ts";
import { command as grade } from "offprint/commands/grade.ts";
import { UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";
import { systemError } from "offprint/system_errors.ts";
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
    const counted = "distances: 3 graded cells, 17 points, ";
    assert(assigned.stdout.startsWith(counted), assigned.stdout);
    assert(assigned.stdout.includes(" visible and 4 hidden tests. Hand out "), assigned.stdout);

    const submitted = join(out, "submitted");
    const notebook = JSON.stringify(await submission(out, { "exercise-1": RIGHT_1 }));
    await Deno.writeTextFile(join(submitted, "=ann.ipynb"), notebook);
    await Deno.writeTextFile(join(submitted, "bob.ipynb"), "{}");
    const graded = await task("grade", submitted, "--jobs", "1");
    // From the start it says what is being done, and for whom.
    assertEquals(graded.stderr.split("\n").slice(0, 2), [
      "0/2 computing what the tests expect",
      "0/2 grading =ann",
    ]);
    assert(graded.stderr.endsWith("2/2 graded\n"), graded.stderr);
    assertEquals(
      graded.stdout,
      "=ann: 4 of 17\nbob: refused, it is no Jupyter notebook of format 4\n" +
        `1 graded, 1 refused; see ${join(out, "graded")}\n`,
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

Deno.test("with --watch notebooks that arrive in an empty folder are graded, until an interrupt", async () => {
  const folder = await Deno.makeTempDir({ prefix: "classroom-" });
  try {
    await writeSample(folder);
    const submitted = join(folder, "submitted");
    const notebook = JSON.stringify(await submission(folder, { "exercise-1": RIGHT_1 }));
    const child = startChild(
      Deno.execPath(),
      ["run", ...COMMAND_FLAGS, "lib/commands/main.ts", "grade", submitted, "--watch"],
      { cwd: ROOT, env: { NO_COLOR: "1" } },
    );
    const errors = new LineReader(child.stderr);
    const lines = new LineReader(child.stdout);
    while (!(await errors.next() ?? "watching").startsWith("watching"));
    await Deno.writeTextFile(join(submitted, "ann.ipynb"), notebook);
    assertEquals(await lines.next(), "ann: 4 of 9");
    await Deno.writeTextFile(join(submitted, "bob.ipynb"), notebook);
    assertEquals(await lines.next(), "bob: 4 of 9");
    child.interrupt();
    assertEquals((await child.status).code, 130);
    await Promise.all([errors.drain(), lines.drain()]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** As the command line shows it. */
const asUserError = (thrown: unknown): never => {
  throw systemError(thrown) ?? thrown;
};

Deno.test("wrong arguments give one line", async () => {
  const folder = await Deno.makeTempDir({ prefix: "classroom-" });
  const made = join(folder, "made");
  const at = (...names: string[]) => join(made, ...names);
  try {
    await writeSample(made);
    await Deno.writeTextFile(at("submitted", "ann.ipynb"), "{}");
    const master = join(folder, "other.ts");
    await Deno.writeTextFile(master, MASTER);
    await Deno.writeTextFile(join(folder, "points.json"), '{"exercise-1": 3}');
    await Deno.writeTextFile(join(folder, "broken.json"), "{");
    for (
      const [args, message] of [
        [["assign", "none.ts"], "none.ts: got no such file, expected a paper's number, or"],
        [["assign", folder], "got no notebook's file, expected a paper's number, or"],
        [
          ["assign", master, "--out", made],
          `got the folder of the assignment ${NAME}, expected a new folder, or that of other.`,
        ],
        [
          ["assign", master, "--points", join(folder, "points.json")],
          '--points: got "exercise-1", expected graded cells alone: exercise-1-check, ',
        ],
        [
          ["assign", master, "--points", join(folder, "broken.json")],
          "broken.json: got text that is not JSON (",
        ],
        [["assign", master, "--points", ""], "an empty path: got no such file or folder"],
        [["grade", made], "got the folder of the whole assignment, expected"],
        [["grade", at("release")], "got what deno task assign wrote into release/, expected"],
        [["grade", at("teacher")], "got what deno task assign wrote into teacher/, expected"],
        [["grade", at("submitted", "ann.ipynb")], "ann.ipynb: got a file, expected the folder"],
        [
          ["grade", at("submitted"), "--out", at("submitted", "graded")],
          "got the folder of the submissions, expected a folder that holds reports alone.",
        ],
        [["grade", at("submitted"), "--out", at("teacher")], "got teacher/ of the assignment,"],
        [
          ["grade", at("submitted"), "--assignment", at("teacher", "assignment.json")],
          "got no folder, expected the folder that deno task assign made.",
        ],
        [
          ["grade", at("submitted"), "--limit", "-3"],
          "got --limit with a value that begins with a dash, or with none, expected a value",
        ],
        [["assign"], "deno task assign: got no notebook, expected one notebook."],
        [
          ["grade", folder],
          "got no teacher/assignment.json, expected the folder that deno task assign made.",
        ],
        [["grade", join(folder, "none")], "none: got no such folder, expected the folder in"],
      ] as const
    ) {
      const [name, ...rest] = args;
      const error = await assertRejects(
        async () => await (name === "assign" ? assign : grade).run(rest).catch(asUserError),
        UserError,
      );
      assert(error.message.includes(message) && !error.message.includes("\n"), error.message);
    }
    const { code, stderr } = await task("grade", join(folder, "none"));
    assertEquals([code, stderr.trimEnd().split("\n").length], [2, 1]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
