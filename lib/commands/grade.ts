/**
 * `deno task grade`: the submissions of an assignment, each in a process that may do little.
 *
 * @module
 */
import { dirname, join, resolve, sep as SEPARATOR } from "node:path";
import { availableParallelism } from "node:os";
import { parse, realNumber, wholeNumber } from "offprint/command_line.ts";
import { Described, printable, UserError } from "offprint/errors.ts";
import { exists } from "offprint/files.ts";
import { Ending, ProgressLine } from "offprint/terminal.ts";
import type { Command } from "../kit/command.ts";
import {
  type Assignment,
  type ClassReport,
  FOLDERS,
  gradeAll,
  type GradeOptions,
  GRADING_LIMITS,
  gradingSeed,
  listSubmissions,
  openAssignment,
  similarPairs,
  type StudentResult,
  writeReport,
} from "../kit/classroom/mod.ts";
import { checkedOutput } from "../kit/outputs.ts";

const USAGE = `deno task grade FOLDER [--out FOLDER] [options]

Grades the submissions of a folder: STUDENT.ipynb, STUDENT/NAME.ipynb, or nbgrader's STUDENT/NAME/NAME.ipynb. The names of files or
folders say who handed in what. Cells that students may not change are put back; each notebook's answers are computed in a process of
its own, without network, programs and files beyond the project's library and a folder of its own, and compared
elsewhere. A submission that was graded before is not graded again.

  report.json              everything, for the teacher
  gradebook.csv            a line for each student
  feedback/STUDENT.html    what the student may see: points, and by the name of each test how it went

Options:
  --assignment FOLDER  what deno task assign made (default: the folder around FOLDER)
  --out FOLDER         where the report goes (default: graded beside FOLDER)
  --seed N             seed of the tests (default: one that the released notebook does not tell)
  --limit SECONDS      time of one test (default 10)
  --jobs N             submissions at the same time (default: one for each core)
  --watch              stay, and grade what arrives or changes, until Ctrl-C
  --similar            also list pairs of submissions whose answers share structure, most alike first: something to
                       look at, not a verdict; names, numbers and comments do not count, nor what was handed out
  --json               print the report on standard output
  --help               this text

Exit code 0 when every submission was graded or refused with a reason, 2 for a wrong argument, 130 after Ctrl-C.`;

export const command: Command = {
  name: "grade",
  summary: "grade the submissions of an assignment",
  usage: USAGE,
  run: grade,
};

async function grade(args: string[]): Promise<number> {
  const { values, positionals, option } = parse("grade", args, {
    assignment: { type: "string" },
    out: { type: "string" },
    seed: { type: "string" },
    limit: { type: "string" },
    jobs: { type: "string" },
    watch: { type: "boolean" },
    similar: { type: "boolean" },
    json: { type: "boolean" },
  }, true);
  const folder = await folderOf(positionals);
  const home = option("assignment") ?? dirname(folder);
  const assignment = await openAssignment(home);
  const path = option("out") ?? join(dirname(folder), "graded");
  const out = await checkedOutput({ option: "--out", path, kind: "folder" });
  await refuseMixing(folder, home, out);
  const seed = option("seed");
  const limit = option("limit");
  const jobs = option("jobs");
  const options: GradeOptions = {
    seed: seed === undefined
      ? gradingSeed(assignment)
      : wholeNumber("--seed", seed, 1, 2 ** 31 - 1),
    limits: {
      ...GRADING_LIMITS,
      ...(limit === undefined
        ? {}
        : { timeMs: 1000 * realNumber("--limit", limit, 0, 3600, false) }),
    },
    jobs: jobs === undefined ? availableParallelism() : wholeNumber("--jobs", jobs, 1, 256),
    kept: join(out, "kept"),
  };
  const ending = new Ending();
  try {
    if (values["watch"] && (await listSubmissions(folder)).length === 0) {
      await watch(folder, out, assignment, options, undefined, ending.signal);
      return ending.exitCode ?? 0;
    }
    const report = await gradeOnce(folder, out, assignment, options);
    if (values["json"]) console.log(JSON.stringify(report, undefined, 1));
    else console.log(summary(report, out));
    if (values["similar"]) console.log(await similarText(folder, assignment));
    if (values["watch"]) await watch(folder, out, assignment, options, report, ending.signal);
    return ending.exitCode ?? 0;
  } finally {
    ending.close();
  }
}

async function gradeOnce(
  folder: string,
  out: string,
  assignment: Assignment,
  options: GradeOptions,
): Promise<ClassReport> {
  const line = new ProgressLine();
  let done = 0;
  const total = (await listSubmissions(folder)).length;
  const say = (what: string, always = false) => line.show(`${done}/${total} ${what}`, always);
  if (total > 0) say("computing what the tests expect", true);
  const report = await gradeAll(folder, assignment, {
    ...options,
    onRunning: (students) => say(`grading ${shortList(students)}`, done === 0),
    onGraded: () => {
      if (++done === total) line.note(`${done}/${total} graded`);
    },
  });
  await writeReport(out, report);
  return report;
}

/** Names on one line of progress, those beyond the first few as a number. */
function shortList(students: readonly string[]): string {
  const named = students.slice(0, NAMED).map((student) => printable(student).slice(0, 30));
  const more = students.length - named.length;
  return named.join(", ") + (more === 0 ? "" : ` and ${more} more`);
}

/** The most names on a line of progress. */
const NAMED = 4;

/** How long nothing may change before it is graded, in milliseconds: files are written in pieces. */
const QUIET_MS = 300;

async function watch(
  folder: string,
  out: string,
  assignment: Assignment,
  options: GradeOptions,
  first: ClassReport | undefined,
  signal: AbortSignal,
): Promise<void> {
  let before = first;
  const watcher = Deno.watchFs(folder);
  signal.addEventListener("abort", () => watcher.close());
  console.error(`watching ${folder}; Ctrl-C ends`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let grading = Promise.resolve();
  const again = () =>
    grading = grading.then(async () => {
      const report = await gradeOnce(folder, out, assignment, options);
      for (const line of changes(before, report)) console.log(line);
      before = report;
    }).catch((error) => {
      if (!(error instanceof UserError)) throw error;
      console.error(error.message);
    });
  for await (const { kind } of watcher) {
    if (kind === "access") continue;
    clearTimeout(timer);
    timer = setTimeout(again, QUIET_MS);
  }
  clearTimeout(timer);
  await grading;
}

/** One line for each student whose result is another one now. */
function changes(before: ClassReport | undefined, now: ClassReport): string[] {
  const old = new Map(before?.students.map((result) => [result.student, JSON.stringify(result)]));
  return now.students.filter((result) => old.get(result.student) !== JSON.stringify(result))
    .map(lineOf);
}

function lineOf({ student, points, of, refused }: StudentResult): string {
  return `${printable(student)}: ${
    refused === undefined ? `${points} of ${of}` : `refused, ${refused}`
  }`;
}

/** Of a class as large as this, each student has a line; of a larger one, those that were refused. */
const LISTED = 40;

function summary({ students }: ClassReport, out: string): string {
  const refused = students.filter((result) => result.refused !== undefined);
  const points = students.flatMap((result) => result.refused === undefined ? [result.points] : [])
    .toSorted((a, b) => a - b);
  const [least, most] = [points.at(0), points.at(-1)];
  return [
    ...(students.length <= LISTED ? students : refused).map(lineOf),
    ...(points.length < 2
      ? []
      : [`points: ${least} to ${most}, median ${points[Math.floor((points.length - 1) / 2)]}`]),
    `${students.length - refused.length} graded, ${refused.length} refused; see ${out}`,
  ].join("\n");
}

/** Of the smaller submission: pairs that share less are not listed. */
const LEAST_SHARE = 0.3;

async function similarText(folder: string, assignment: Assignment): Promise<string> {
  const pairs = await similarPairs(folder, assignment, LEAST_SHARE);
  if (pairs.length === 0) return "no two submissions share 30 % of their structure";
  const lines = pairs.map(({ students, share, shared, prints }) =>
    `  ${Math.round(100 * share)} %  ${students.join(", ")}  (${shared} of ${
      Math.min(...prints)
    } fingerprints)`
  );
  return ["Pairs to look at:", ...lines].join("\n");
}

async function folderOf(positionals: readonly string[]): Promise<string> {
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) {
    throw new UserError({
      what: "deno task grade",
      got: new Described(folder === undefined ? "no folder" : positionals.join(" ")),
      expected: "one folder of submissions",
      todo: "Write for example deno task grade out/assignments/02-specdec-theory/submitted.",
    });
  }
  const info = await Deno.stat(folder).catch(() => undefined);
  if (info?.isDirectory !== true) {
    throw new UserError({
      what: folder === "" ? "deno task grade" : folder,
      got: new Described(info === undefined ? "no such folder" : "a file"),
      expected: "the folder in which the submissions lie",
      todo: "Correct the path.",
    });
  }
  if (await exists(join(folder, FOLDERS.teacher, "assignment.json"))) {
    throw new UserError({
      what: folder,
      got: new Described("the folder of the whole assignment"),
      expected: "the folder in which the submissions lie",
      todo: `Write deno task grade ${join(folder, FOLDERS.submitted)}.`,
    });
  }
  return resolve(folder);
}

/** What is handed out and the key are no submissions, and a report lies beside them, not among them. */
async function refuseMixing(folder: string, home: string, out: string): Promise<void> {
  const submissions = await Deno.realPath(folder);
  for (const name of [FOLDERS.release, FOLDERS.teacher]) {
    const kept = await Deno.realPath(join(home, name)).catch(() => undefined);
    if (kept === undefined) continue;
    if (isInside(submissions, kept)) {
      throw new UserError({
        what: folder,
        got: new Described(`what deno task assign wrote into ${name}/`),
        expected: "the folder in which the submissions lie",
        todo: `Put them into ${join(home, FOLDERS.submitted)}, and name that.`,
      });
    }
    if (isInside(out, kept)) throw mixed(out, `${name}/ of the assignment`);
  }
  if (isInside(out, submissions)) throw mixed(out, "the folder of the submissions");
}

function mixed(out: string, got: string): UserError {
  return new UserError({
    what: `--out ${out}`,
    got: new Described(got),
    expected: "a folder that holds reports alone",
    todo: "Leave --out away: the report goes to graded, beside the submissions.",
  });
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + SEPARATOR);
}
