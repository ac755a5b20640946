/**
 * The source form of a notebook: the percent format that jupytext also reads, one `NN-name.ts` that
 * is formatted, linted and type-checked like any module.
 *
 * ```text
 * // ---
 * // jupyter: {"kernelspec":{…},"language_info":{…},"offprint":{…}}
 * // ---
 *
 * // %% [markdown] id="title"
 * // # Title
 *
 * // %% id="first" tags=["slow"]
 * const answer: number = 42;
 * ```
 *
 * A cell's text is what is between its header and the next one, less one empty line. Lines of prose carry
 * `// `; a prose line that starts with `%%` would look like a header and is written `\%%`, which
 * markdown shows as `%%`. Two blanks at the end of a prose line, Markdown's hard line break, are written with
 * a backslash behind them, because `deno fmt` would cut them off.
 *
 * @module
 */
import { UserError, type UserErrorParts } from "offprint/errors.ts";
import { withoutByteOrderMark } from "offprint/files.ts";
import type { Cell, Json, Notebook } from "../nbformat.ts";
import {
  CELL_ID,
  isAttributeName,
  isCellHeader,
  jsonOnOneLine,
  parseCellHeader,
  printCellHeader,
} from "./cell_header.ts";

/** A mistake in a source file, at a line of it (1-based). */
export interface PercentProblem extends UserErrorParts {
  line: number;
}

/** A cell and where it is. */
export interface LocatedCell {
  cell: Cell;
  /** The line of its header, 1-based. Its text starts on the next one. */
  line: number;
}

/** What {@linkcode scanPercent} finds: everything that can be read, and everything that is wrong. */
export interface Scan {
  metadata: Record<string, Json>;
  cells: LocatedCell[];
  problems: PercentProblem[];
}

/**
 * Reads a source file. Outputs are empty, `execution_count` is null.
 *
 * @param text Contents of the file; line ends may be `\n` or `\r\n`.
 * @param file Its name, for messages.
 * @throws {UserError} for the first mistake, with its line.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parsePercent, printPercent } from "offprint/kit/pairs/mod.ts";
 *
 * const text = '// ---\n// jupyter: {}\n// ---\n\n// %% [markdown] id="title"\n// # Title\n';
 * const notebook = parsePercent(text, "title.ts");
 * assertEquals(notebook.cells.map((cell) => cell.source), ["# Title"]);
 * assertEquals(printPercent(notebook), text);
 * ```
 */
export function parsePercent(text: string, file: string): Notebook {
  const { metadata, cells, problems } = scanPercent(text, file);
  if (problems[0] !== undefined) throw new UserError(problems[0]);
  return { nbformat: 4, nbformat_minor: 5, metadata, cells: cells.map(({ cell }) => cell) };
}

/** Reads a source file as far as it can be read; cells without a usable id get one from their position. */
export function scanPercent(text: string, file: string): Scan {
  const lines = withoutByteOrderMark(text).replaceAll("\r\n", "\n").split("\n");
  if (lines.at(-1) === "") lines.pop();
  const problems: PercentProblem[] = [];
  const report = (line: number, got: unknown, expected: string, todo?: string) => {
    problems.push({ what: `${file}:${line}`, line, got, expected, ...(todo ? { todo } : {}) });
  };
  const starts = lines.flatMap((line, index) => isCellHeader(line) ? [index] : []);
  const metadata = scanHeader(lines.slice(0, starts[0] ?? lines.length), report);
  if (starts.length === 0) {
    report(lines.length, "no cell", 'at least one line "// %%" that starts a cell');
  }
  const seen = new Map<string, number>();
  const cells = starts.map((start, index): LocatedCell => {
    const line = start + 1;
    const header = parseCellHeader(lines[start]!);
    const body = lines.slice(line, starts[index + 1] ?? lines.length);
    if (body.at(-1) === "" && index + 1 < starts.length) body.pop();
    if ("got" in header) {
      report(line, header.got, header.expected, "Correct the cell's header.");
      return { cell: makeCell("code", `cell-${index + 1}`, {}, body.join("\n")), line };
    }
    const { type, metadata } = header;
    let id = `cell-${index + 1}`;
    if (typeof header.id !== "string" || !CELL_ID.test(header.id)) {
      report(
        line,
        header.id === undefined ? "a cell without id" : header.id,
        'id="…" of lower-case letters, digits and "-", a letter first',
        "Name the cell in its header.",
      );
    } else if (seen.has(header.id)) {
      report(
        line,
        `id=${JSON.stringify(header.id)}, also at line ${seen.get(header.id)}`,
        "an id that no other cell has",
        "Rename one of the two cells.",
      );
    } else {
      id = header.id;
      seen.set(id, line);
    }
    const tags = metadata["tags"];
    if (tags !== undefined && !(Array.isArray(tags) && tags.every((t) => typeof t === "string"))) {
      report(line, `tags=${JSON.stringify(tags)}`, "a list of strings", 'Write tags=["slow"].');
    }
    const source = type === "code" ? body.join("\n") : scanProse(body, line + 1, report);
    return { cell: makeCell(type, id, metadata, source), line };
  });
  return { metadata, cells, problems };
}

/**
 * Writes the source file of a notebook; outputs are left out. `parsePercent` gives the same notebook back.
 *
 * @throws {UserError} for a cell that the format cannot hold: a code line that looks like a cell's header, a
 * separator that would end a comment in prose, an id or metadata key of the wrong form.
 */
export function printPercent(notebook: Notebook): string {
  const header = `// ---\n// jupyter: ${jsonOnOneLine(notebook.metadata)}\n// ---\n`;
  return header + notebook.cells.map((cell) => `\n${printCell(cell)}\n`).join("");
}

/** One cell as it is in the source file: header line and text, no line end after the last. */
export function printCell(cell: Cell): string {
  const what = `cell ${JSON.stringify(cell.id)}`;
  if (!CELL_ID.test(cell.id)) {
    throw new UserError({
      what: "a cell's id",
      got: cell.id,
      expected: 'lower-case letters, digits and "-", a letter first',
      todo: "Rename the cell.",
    });
  }
  // Everything must come back when the file is read: what the format cannot hold is refused.
  const oddKey = Object.keys(cell.metadata).find((key) => !isAttributeName(key));
  if (oddKey !== undefined) {
    throw new UserError({
      what: `${what}: metadata`,
      got: oddKey,
      expected: "keys of letters, digits, '_', '-' and '.', a letter first",
      todo: "Remove that metadata from the cell.",
    });
  }
  const header = printCellHeader(cell.cell_type, cell.id, cell.metadata);
  if (cell.source === "") return header;
  const lines = cell.source.split("\n");
  const odd = cell.cell_type === "code"
    ? lines.find(isCellHeader)
    : lines.find((line) => /[\r\u2028\u2029]/.test(line));
  if (odd !== undefined) {
    throw new UserError({
      what,
      got: odd,
      expected: cell.cell_type === "code"
        ? 'code without a line that starts with "// %%", which would start a new cell'
        : "prose without carriage returns and Unicode line separators",
      todo: "Change that line.",
    });
  }
  if (cell.cell_type === "code") return `${header}\n${cell.source}`;
  const prose = lines.map((line) =>
    line === "" ? "//" : `// ${withGuardedBreak(line.replace(/^\\*%%/, "\\$&"))}`
  );
  return `${header}\n${prose.join("\n")}`;
}

type Report = (line: number, got: unknown, expected: string, todo?: string) => void;

function makeCell(
  type: Cell["cell_type"],
  id: string,
  metadata: Record<string, Json>,
  source: string,
): Cell {
  return type === "markdown"
    ? { cell_type: type, id, metadata, source }
    : { cell_type: type, id, metadata, source, execution_count: null, outputs: [] };
}

const HEADER_FORM = 'the header "// ---", "// jupyter: {…}", "// ---" before the first cell';

function scanHeader(lines: string[], report: Report): Record<string, Json> {
  const used = lines.flatMap((text, index) =>
    text.trim() === "" ? [] : [{ text, line: index + 1 }]
  );
  const [open, jupyter, close, extra] = used;
  if (open?.text !== "// ---" || !jupyter?.text.startsWith("// jupyter:")) {
    const wrong = open?.text === "// ---" ? jupyter ?? open : open;
    report(wrong?.line ?? 1, wrong?.text, HEADER_FORM, "Copy it from another notebook.");
    return {};
  }
  const json = jupyter.text.slice("// jupyter:".length);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined;
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    report(jupyter.line, json.trim(), "a JSON object on one line after jupyter:", "Correct it.");
    return {};
  }
  if (close?.text !== "// ---") {
    report(close?.line ?? jupyter.line, close?.text, HEADER_FORM, "Close the header.");
  } else if (extra !== undefined) {
    report(extra.line, extra.text, 'a line "// %%" before any text', "Start a cell above it.");
  }
  return value as Record<string, Json>;
}

function scanProse(body: string[], firstLine: number, report: Report): string {
  while (body.at(-1) === "") body.pop();
  return body.map((line, index) => {
    if (line === "") return "";
    if (!line.startsWith("//")) {
      report(
        firstLine + index,
        line,
        'prose lines that start with "// " in a [markdown] cell',
        "Start a code cell above it, or add the slashes.",
      );
      return line;
    }
    return withPlainBreak(line.replace(/^\/\/ ?/, "").replace(/^\\(?=\\*%%)/, ""));
  }).join("\n");
}

/** Two blanks at the end of a line of prose, whatever blanks and tabs stand before them, and the backslashes behind. */
const BREAK = /(?<=\S\s* {2})\\*$/;

/**
 * A line of prose so that its hard line break (two blanks at the end) survives `deno fmt`, which cuts blanks
 * at the end of a comment: a backslash stands behind them. Where a single backslash stood there already, two
 * more do; the `\\` that ends a line of a formula stays as it is.
 */
function withGuardedBreak(line: string): string {
  return line.replace(BREAK, (slashes) => {
    if (slashes === "") return "\\";
    return slashes.length % 2 === 1 ? `${slashes}\\\\` : slashes;
  });
}

/** What {@linkcode withGuardedBreak} was given. */
function withPlainBreak(line: string): string {
  return line.replace(BREAK, (slashes) => {
    if (slashes.length % 2 === 0) return slashes;
    return slashes.slice(slashes.length === 1 ? 1 : 2);
  });
}
