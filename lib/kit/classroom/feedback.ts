/**
 * What a student gets back: points by question, and of each test its name and what became of it. Nothing of a hidden test's text, of
 * its inputs and expected values is in it, and nothing that the student's own code said while hidden tests ran.
 *
 * @module
 */
import { element, escapeHtml } from "offprint/notebook/output/html.ts";
import type { ClassReport, StudentResult } from "./grade_all.ts";
import type { TestStatus } from "./grade_submission.ts";

/** Outcomes in words for students. */
export const OUTCOMES: Readonly<Record<TestStatus, string>> = {
  passed: "passed",
  wrong: "another value was expected",
  threw: "your code threw an error",
  cell: "your cells could not be run",
  time: "it took too long",
  memory: "it used too much memory",
  output: "it printed too much",
  disk: "it wrote too much to the disk",
  ended: "it ended the process",
  "not run": "not run: the tests before it were stopped",
};

const STYLE = `:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #8886; vertical-align: top; }`;

/** One page for one student. */
export function feedbackPage(result: StudentResult, { assignment }: ClassReport): string {
  const { student, points, of, refused, notes, questions } = result;
  const title = `${assignment}: ${student}`;
  const body = [
    element("h1", {}, escapeHtml(assignment)),
    element("p", {}, escapeHtml(`${student}: ${points} of ${of} points.`)),
    ...(refused === undefined
      ? []
      : [element("p", {}, escapeHtml(`This notebook was not graded: ${refused}.`))]),
    ...notes.map((note) => element("p", {}, escapeHtml(`Note: ${note}.`))),
    ...questions.map(questionHtml),
  ];
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    element("title", {}, escapeHtml(title)),
    element("style", {}, STYLE),
  ];
  const page = element("head", {}, ...head) + element("body", {}, ...body);
  return `<!doctype html>\n${element("html", { lang: "en" }, page)}\n`;
}

function questionHtml({ id, points, of, tests }: StudentResult["questions"][number]): string {
  const earned = points === null ? `graded by hand, of ${of} points` : `${points} of ${of} points`;
  const rows = tests.map(({ name, hidden, status }) =>
    element(
      "tr",
      {},
      element("td", {}, escapeHtml(name)),
      element("td", {}, hidden ? "hidden" : "in the notebook"),
      element("td", {}, escapeHtml(OUTCOMES[status])),
    )
  );
  const head = element("tr", {}, ...["test", "", "outcome"].map((text) => element("th", {}, text)));
  return element("h2", {}, escapeHtml(`${id}: ${earned}`)) +
    (rows.length === 0 ? "" : element("table", {}, head, ...rows));
}
