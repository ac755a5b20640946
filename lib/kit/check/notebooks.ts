/**
 * Checks of one notebook that need no other tool: its source, its parameters, its other half.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";
import { tagsOf } from "../nbformat.ts";
import {
  buildNotebook,
  formatSource,
  fromJupyter,
  mergeOutputs,
  mergePair,
  notebookSettings,
  type Pair,
  parameterProblem,
  parseNotebook,
  parseParameters,
  scanPercent,
  stringifyNotebook,
} from "../pairs/mod.ts";
import type { Problem } from "./problem.ts";

/** The source's cells: header, ids, parameters, and that `deno fmt` leaves as many as there are. */
export async function checkSource({ source, sourceName: file }: Pair): Promise<Problem[]> {
  if (source === undefined) return [];
  const { metadata, cells, problems: mistakes } = scanPercent(source, file);
  const problems = mistakes.map((mistake): Problem => ({
    file,
    line: mistake.line,
    message: new UserError(mistake).message.replace(`${file}:${mistake.line}: `, ""),
  }));
  try {
    notebookSettings({ nbformat: 4, nbformat_minor: 5, metadata, cells: [] }, file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push({ file, line: 2, message: error.message.replace(`${file}: `, "") });
  }
  for (const [index, line] of source.split("\n").entries()) {
    if (!/^(?!\/\/ %%).*\/\/ %% (?:\[markdown\] )?id=/.test(line)) continue;
    problems.push({
      file,
      line: index + 1,
      message: "a cell's header inside a line: deno fmt has merged two cells, " +
        'put the header on a line of its own and end the cell above it with ";"',
    });
  }
  const tagged = cells.filter(({ cell }) => tagsOf(cell).includes("parameters"));
  for (const { cell, line } of tagged) {
    const mistake = parameterProblem(cell.source);
    if (mistake !== undefined) {
      problems.push({ file, line: line + mistake.line, message: new UserError(mistake).message });
      continue;
    }
    for (const { name, doc } of parseParameters(cell.source)) {
      if (doc.trim() !== "") continue;
      const message = `parameter "${name}" has no comment of its own, ` +
        "say above it what it is: the reader's panel and --help show that";
      problems.push({ file, line, message });
    }
  }
  for (const { cell, line } of tagged.slice(1)) {
    const message = `cell "${cell.id}" is a second parameters cell, put all parameters into one`;
    problems.push({ file, line, message });
  }
  const formatted = await formatSource(source);
  if (formatted !== undefined && formatted.cells !== cells.length) {
    problems.push({
      file,
      message: `deno fmt would leave ${formatted.cells} of ${cells.length} cells, ` +
        'end every cell with ";" (deno task sync does)',
    });
  }
  return problems;
}

/** Whether both halves are there and say the same. */
export function checkInStep(pair: Pair): Problem[] {
  const { source, ipynb, sourceName, ipynbName } = pair;
  if (source === undefined) {
    return [{ file: ipynbName, message: `has no ${sourceName}, run deno task sync` }];
  }
  if (ipynb === undefined) {
    return [{ file: sourceName, message: `has no ${ipynbName}, run deno task sync` }];
  }
  let built, committed;
  try {
    built = buildNotebook(source, sourceName);
    committed = parseNotebook(ipynb, ipynbName);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // a mistake in the source is reported where the source is checked
    return error.message.startsWith(ipynbName)
      ? [{ file: ipynbName, message: error.message.slice(ipynbName.length).replace(/^:\s*/, "") }]
      : [];
  }
  if (stringifyNotebook(mergeOutputs(built, committed)) === ipynb) return [];
  const merged = mergePair(built, fromJupyter(committed));
  if (merged.kind === "conflict") {
    const cells = merged.cells.join(", ");
    return [{
      file: ipynbName,
      message: `changed here and in ${sourceName} (${cells}), make both alike there by hand`,
    }];
  }
  const edits = [...merged.carried, ...merged.dropped];
  return [{
    file: ipynbName,
    message: edits.length === 0
      ? `out of step with ${sourceName}, run deno task sync`
      : `edited in Jupyter (${edits.join(", ")}) but not in ${sourceName}, run deno task sync`,
  }];
}

/** Cells whose committed outputs hold a warning: readers see it above the figure, and cannot act on it. */
export function checkWarnings({ ipynb, ipynbName: file }: Pair): Problem[] {
  if (ipynb === undefined) return [];
  let cells;
  try {
    ({ cells } = parseNotebook(ipynb, file));
  } catch (error) {
    // An unreadable file is reported by checkInStep.
    if (error instanceof UserError) return [];
    throw error;
  }
  return cells.flatMap((cell) =>
    cell.cell_type === "code" &&
      cell.outputs.some((output) => output.output_type === "stream" && output.name === "stderr")
      ? [{ file, message: `cell "${cell.id}" writes to stderr, mend what the warning is about` }]
      : []
  );
}
