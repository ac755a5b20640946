/**
 * The form of a notebook's cells (lib/notebook/README.md): short ones, and the two places where claims are shown.
 *
 * @module
 */
import { type Cell, tagsOf } from "../nbformat.ts";
import { foldedAs, type LocatedCell, type Pair, scanPercent } from "../pairs/mod.ts";
import type { Problem } from "./problem.ts";

/** The most lines of a computing cell, and of half of them. */
const [LONGEST, MEDIAN] = [60, 20];

/** Whether a cell computes: folded cells, parameters, exercises and their solutions do not count. */
function isComputing(cell: Cell): boolean {
  const other = ["parameters", "exercise", "solution"];
  return cell.cell_type === "code" && foldedAs(cell) === undefined &&
    !tagsOf(cell).some((tag) => other.includes(tag));
}

/** How many lines a cell has. */
function lineCount(cell: Cell): number {
  return cell.source.trim().split("\n").length;
}

/** The middle of a list of numbers, the larger of two middles. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Computing cells that are too long, and a notebook of a paper that shows its verdicts elsewhere. */
export function checkForm({ source, sourceName: file }: Pair): Problem[] {
  if (source === undefined) return [];
  const { metadata, cells } = scanPercent(source, file);
  const computing = cells.filter(({ cell }) => isComputing(cell));
  const problems = computing.filter(({ cell }) => lineCount(cell) > LONGEST).map((located) =>
    problem(
      file,
      located,
      `has ${lineCount(located.cell)} lines, at most ${LONGEST} for a computing cell: move ` +
        "machinery to lib/papers/, or what only draws to a cell of its own",
    )
  );
  const middle = median(computing.map(({ cell }) => lineCount(cell)));
  if (middle > MEDIAN) {
    problems.push({
      file,
      message: `half of its computing cells have ${middle} lines or more, at most ${MEDIAN}`,
    });
  }
  const { paper = null } = (metadata["offprint"] ?? {}) as { paper?: string | null };
  return paper === null ? problems : [...problems, ...claimPlaces(file, paper, cells)];
}

/** The line of verdicts stands among the first cells, the table of claims in the last code cell. */
function claimPlaces(file: string, paper: string, cells: readonly LocatedCell[]): Problem[] {
  const calls = (name: string) =>
    cells.findIndex(({ cell }) =>
      cell.cell_type === "code" && cell.source.includes(`await ${name}("${paper}")`)
    );
  const [verdicts, table] = [calls("verdicts"), calls("claimsTable")];
  const last = cells.findLastIndex(({ cell }) => cell.cell_type === "code");
  return [
    ...(verdicts >= 0 && verdicts < 8 ? [] : [{
      file,
      message: `await verdicts("${paper}") is in none of the first cells, put it below the summary`,
    }]),
    ...(table === last ? [] : [{
      file,
      message: `await claimsTable("${paper}") is not the last code cell, put the table at the end`,
    }]),
  ];
}

function problem(file: string, { cell, line }: LocatedCell, message: string): Problem {
  return { file, line, message: `cell "${cell.id}" ${message}` };
}
