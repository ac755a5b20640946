/**
 * The report of a class as files.
 *
 * @module
 */
import { join } from "node:path";
import { csvLine } from "offprint/csv.ts";
import { writeWhole } from "offprint/files.ts";
import { feedbackPage } from "./feedback.ts";
import type { ClassReport } from "./grade_all.ts";

/**
 * Writes `report.json` (for the teacher: it has what students' code said), `gradebook.csv` and `feedback/STUDENT.html`.
 */
export async function writeReport(folder: string, report: ClassReport): Promise<void> {
  const questions = [
    ...new Set(report.students.flatMap(({ questions }) => questions.map(({ id }) => id))),
  ];
  const lines = [csvLine(["student", "points", "of", ...questions, "refused", "notes"])];
  for (const result of report.students) {
    const byId = new Map(result.questions.map(({ id, points }) => [id, points]));
    lines.push(csvLine([
      safeCell(result.student),
      result.points,
      result.of,
      ...questions.map((id) => byId.get(id)),
      result.refused,
      result.notes,
    ]));
    // Two notebooks of one student have the same page.
    await writeWhole(
      join(folder, "feedback", `${result.student}.html`),
      feedbackPage(result, report),
    );
  }
  await writeWhole(join(folder, "gradebook.csv"), lines.join(""));
  await writeWhole(join(folder, "report.json"), `${JSON.stringify(report, undefined, 1)}\n`);
}

/** A name that a spreadsheet does not take for a formula. */
function safeCell(text: string): string {
  return /^[=+\-@\t]/.test(text) ? `'${text}` : text;
}
