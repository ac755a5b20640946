/**
 * The parameters of a whole notebook: what the reader's panel shows, `--set` and `--grid` change, and `--help` lists.
 *
 * @module
 */
import { type CodeCell, type Notebook, tagsOf } from "../nbformat.ts";
import { type Parameter, parseParameters, takenBy } from "./parameters.ts";

/** The cells with the tag `parameters`. */
export function parameterCells({ cells }: Pick<Notebook, "cells">): CodeCell[] {
  return cells.filter((cell): cell is CodeCell =>
    cell.cell_type === "code" && tagsOf(cell).includes("parameters")
  );
}

/**
 * The parameters that a notebook declares, in order.
 *
 * @throws {UserError} where a cell of parameters holds something else.
 */
export function parametersOf(notebook: Pick<Notebook, "cells">): Parameter[] {
  return parameterCells(notebook).flatMap(({ source }) => parseParameters(source));
}

/** Width of the text of `--help`. */
const WIDTH = 110;

/**
 * Parameters as `--help` lists them: the name, what it takes, its value in the notebook, and the words of its comment.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parametersText, parseParameters } from "offprint/kit/pairs/mod.ts";
 *
 * const cell = "/** Texts that are drawn. @range 1 to 1000 by 1 *\/\nconst texts: number = 100;";
 * assertEquals(
 *   parametersText(parseParameters(cell)),
 *   "  texts  a whole number from 1 to 1000; default 100\n         Texts that are drawn.",
 * );
 * ```
 */
export function parametersText(parameters: readonly Parameter[]): string {
  const width = Math.max(0, ...parameters.map(({ name }) => name.length));
  const indent = " ".repeat(width + 4);
  return parameters.flatMap((parameter) => {
    const { name, value, doc } = parameter;
    const standing = value === "" ? "empty" : String(value);
    return [
      `  ${name.padEnd(width)}  ${takenBy(parameter)}; default ${standing}`,
      ...wrapped(doc, WIDTH - indent.length).map((line) => indent + line),
    ];
  }).join("\n");
}

/** Words in lines of at most so many characters, as far as they can be parted. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    const line = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && line.length <= width) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}
