/**
 * `deno task assign`: a students' notebook, a key and hidden tests out of a master notebook.
 *
 * @module
 */
import { basename, extname, join } from "node:path";
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { parse } from "offprint/command_line.ts";
import { Described, UserError } from "offprint/errors.ts";
import { exists, readText } from "offprint/files.ts";
import type { Command } from "../kit/command.ts";
import { FOLDERS, writeAssignment } from "../kit/classroom/mod.ts";
import type { Notebook } from "../kit/nbformat.ts";
import { checkedOutput } from "../kit/outputs.ts";
import { chooseNotebooks, notebookIds, parseNotebook, parsePercent } from "../kit/pairs/mod.ts";
import { ROOT } from "../kit/project.ts";

const USAGE = `deno task assign NOTEBOOK [--out FOLDER] [--points FILE]

Makes an assignment of a master notebook: cells with nbgrader's metadata (schema 3), solutions between BEGIN SOLUTION and
END SOLUTION, hidden tests between BEGIN HIDDEN TESTS and END HIDDEN TESTS. README says how to write one.

  release/NAME.ipynb        for students: signatures with empty bodies, checks that hold digests, no hidden test
  teacher/NAME.ipynb        with solutions and hidden tests
  teacher/assignment.json   what deno task grade needs; it holds the hidden tests
  submitted/                where submissions go: STUDENT.ipynb or STUDENT/NAME.ipynb

Nothing is written when the solutions do not pass every test, when an empty answer passes one or another cell fails, or when a
line of a solution or a hidden test is in what students get.

Arguments:
  NOTEBOOK        number or name of a paper's notebook, or a file of your own, .ts or .ipynb

Options:
  --out FOLDER    where it goes (default out/assignments/NAME)
  --points FILE   JSON with other points: {"exercise-1-check": 3}
  --help          this text`;

export const command: Command = {
  name: "assign",
  summary: "make an assignment of a notebook's exercises",
  usage: USAGE,
  run: assign,
};

async function assign(args: string[]): Promise<number> {
  const { positionals, option } = parse("assign", args, {
    out: { type: "string" },
    points: { type: "string" },
  }, true);
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0) {
    throw new UserError({
      what: "deno task assign",
      got: new Described(given === undefined ? "no notebook" : positionals.join(" ")),
      expected: "one notebook",
      todo: "Write for example deno task assign 02.",
    });
  }
  const { notebook, name } = await masterOf(given);
  const file = option("points");
  const points = file === undefined ? {} : checkedJson(
    z.record(z.string(), z.number().min(0)),
    await readText(file),
    { what: file, expected: "points by grade_id" },
  );
  const path = option("out") ?? join(ROOT, "out", "assignments", name);
  const folder = await checkedOutput({ option: "--out", path, kind: "folder" });
  const { questions } = await writeAssignment(notebook, name, folder, points);
  const all = questions.reduce((sum, question) => sum + question.points, 0);
  const tests = questions.flatMap((question) => question.tests);
  const hidden = tests.filter((test) => test.hidden).length;
  console.log(
    `${name}: ${questions.length} graded cells, ${all} points, ${
      tests.length - hidden
    } visible and ${hidden} hidden tests. Hand out ${
      join(folder, FOLDERS.release, `${name}.ipynb`)
    }`,
  );
  return 0;
}

/** A master notebook, as a user names it. */
async function masterOf(given: string): Promise<{ notebook: Notebook; name: string }> {
  const extension = extname(given);
  const notebook = extension === ".ts" || extension === ".ipynb";
  if ((notebook || /[\\/]/.test(given) || extension !== "") && !(notebook && await exists(given))) {
    throw new UserError({
      what: given,
      got: new Described(notebook ? "no such file" : "no notebook's file"),
      expected: "a paper's number, or a notebook that ends in .ts or .ipynb",
      todo: "Write for example deno task assign 02.",
    });
  }
  if (notebook) {
    const text = await readText(given);
    const notebook = extension === ".ts" ? parsePercent(text, given) : parseNotebook(text, given);
    return { notebook, name: basename(given, extension) };
  }
  const [id] = chooseNotebooks(await notebookIds(join(ROOT, "notebooks")), [given]);
  const file = join(ROOT, "notebooks", `${id}.ts`);
  return { notebook: parsePercent(await readText(file), `notebooks/${id}.ts`), name: id! };
}
