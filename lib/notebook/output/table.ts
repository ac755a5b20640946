/**
 * Tables of results.
 *
 * @module
 */
import { type Bundle, Displayable } from "./display.ts";
import { element, escapeHtml } from "./html.ts";
import { formatNumber } from "./number.ts";
import { alignColumns, type Alignment } from "./text_columns.ts";

/** What a cell of a table may hold. Lists are written with commas between. */
export type Cell = number | bigint | string | boolean | null | undefined | readonly Cell[];

/** A row: column key → cell. Fields that are no cell (functions, nested objects) are written as JSON. */
export type Row = Readonly<Record<string, unknown>>;

/** How one column is shown. */
export interface Column {
  /** The field of each row. */
  key: string;
  /** The head of the column; by default the key. */
  label?: string;
  /** Significant digits of numbers; by default 4. */
  digits?: number;
  /** By default right for columns that hold only numbers, else left. */
  align?: Alignment;
}

/** Options of {@linkcode table}. */
export interface TableOptions {
  /** What the table shows. */
  caption?: string;
  /** Columns in order, by key or in full; by default every key of every row, in order of appearance. */
  columns?: readonly (Column | string)[];
  /** At most this many rows are shown, and the rest is counted; by default 100. */
  limit?: number;
}

interface PreparedColumn {
  label: string;
  align: Alignment;
  cells: string[];
}

/** Rows with a form in HTML and in text. */
export class Table<R extends Row = Row> extends Displayable {
  readonly #columns: PreparedColumn[];
  readonly #caption: string | undefined;
  readonly #hidden: number;

  constructor(
    /** All rows as given, shown or not. */
    readonly rows: readonly R[],
    options: TableOptions = {},
  ) {
    super();
    const limit = options.limit ?? 100;
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RangeError(`table: got limit ${limit}, expected a whole number of at least 1`);
    }
    const shown = rows.slice(0, limit);
    this.#hidden = rows.length - shown.length;
    this.#caption = options.caption;
    const columns = options.columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
    this.#columns = columns.map((column) => {
      return prepare(typeof column === "string" ? { key: column } : column, rows, shown);
    });
  }

  /** `text/html` and `text/plain`. */
  override bundle(): Bundle {
    return { "text/html": this.html(), "text/plain": this.#text() };
  }

  #more(): string | undefined {
    return this.#hidden === 0 ? undefined : `… and ${this.#hidden} more rows`;
  }

  #text(): string {
    const cells = this.#columns.map((column) => column.cells);
    const rows = cells[0]?.map((_, i) => cells.map((column) => column[i]!)) ?? [];
    const aligned = alignColumns(
      [this.#columns.map((column) => column.label), ...rows],
      this.#columns.map((column) => column.align),
    );
    const body = this.rows.length === 0 ? "(no rows)" : aligned;
    const plain = body.replace(/[\u2007\u2008]/g, " ").split("\n")
      .map((line) => line.trimEnd()).join("\n");
    return [this.#caption, plain, this.#more()].filter((part) => part !== undefined).join("\n");
  }

  /** The table as HTML; wide tables scroll inside their own box. */
  html(): string {
    const style = (column: PreparedColumn) =>
      `text-align:${column.align};font-variant-numeric:tabular-nums`;
    const head = this.#columns.map((column) =>
      element("th", { scope: "col", style: style(column) }, escapeHtml(column.label))
    );
    const count = this.#columns[0]?.cells.length ?? 0;
    const body = Array.from({ length: count }, (_, i) =>
      element(
        "tr",
        {},
        ...this.#columns.map((column) =>
          element("td", { style: style(column) }, escapeHtml(column.cells[i]!))
        ),
      ));
    const more = this.#more();
    const caption = this.#caption;
    return element(
      "div",
      {
        class: "offprint-table",
        role: "region",
        "aria-label": caption ?? "Table",
        tabindex: "0",
        style: "overflow-x:auto",
      },
      element(
        "table",
        { style: "border-collapse:collapse" },
        caption === undefined
          ? ""
          : element("caption", { style: "text-align:left" }, escapeHtml(caption)),
        element("thead", {}, element("tr", {}, ...head)),
        element("tbody", {}, ...body),
      ),
      count === 0 ? element("p", {}, "(no rows)") : "",
      more === undefined ? "" : element("p", {}, more),
    );
  }
}

/**
 * A table of results: numbers right-aligned on their decimal point, `NaN` and infinities named, empty
 * cells a dash, everything escaped. A number below 10⁻¹⁴ of its column's largest is written as 0: it is
 * what rounding left of one.
 *
 * @throws {RangeError} when `limit` or a column's `digits` is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { table } from "offprint/notebook/output/table.ts";
 *
 * const results = table([{ drafts: 1, rejections: 3.5125 }, { drafts: 16, rejections: 2.8 }]);
 * assertEquals(
 *   String(results),
 *   "drafts  rejections\n──────  ──────────\n     1       3.513\n    16       2.8",
 * );
 * ```
 */
export function table<R extends Row>(rows: readonly R[], options: TableOptions = {}): Table<R> {
  return new Table(rows, options);
}

function prepare(column: Column, rows: readonly Row[], shown: readonly Row[]): PreparedColumn {
  const filled = rows.map((row) => row[column.key]).filter((cell) =>
    cell !== null && cell !== undefined
  );
  const numeric = filled.length > 0 &&
    filled.every((cell) => typeof cell === "number" || typeof cell === "bigint");
  const align = column.align ?? (numeric ? "right" : "left");
  const label = column.label ?? column.key;
  const least = NOUGHT * Math.max(0, ...filled.filter(isFinite).map(Math.abs));
  const cells = shown.map((row) => {
    const cell = row[column.key];
    // Beside numbers of ordinary size, what rounding left of a zero is a zero.
    const nought = typeof cell === "number" && Math.abs(cell) < least;
    return cellText(nought ? 0 : cell, column.digits);
  });
  if (align === "left") return { label, align, cells };
  const blanks = blanksBehind(cells);
  return {
    label: label + blanksUnderHead(cells, blanks),
    align,
    cells: cells.map((cell, i) => cell + blanks[i]!),
  };
}

/** A cell below this share of its column's largest is written as 0. */
const NOUGHT = 1e-14;

function isFinite(cell: unknown): cell is number {
  return typeof cell === "number" && Number.isFinite(cell);
}

function cellText(cell: unknown, digits: number | undefined): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "number") return formatNumber(cell, digits);
  if (typeof cell === "bigint" || typeof cell === "string") return String(cell);
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (Array.isArray(cell) || ArrayBuffer.isView(cell)) {
    return Array.from(cell as ArrayLike<unknown>, (entry) => cellText(entry, digits)).join(", ");
  }
  return JSON.stringify(cell) ?? String(cell);
}

/** The blanks, as wide as a digit or a point, that make the points of right-aligned cells line up. */
function blanksBehind(cells: readonly string[]): string[] {
  const decimal = /^-?\d+(?:\.(\d+))?$/;
  const fractions = cells.map((cell) => {
    const match = decimal.exec(cell);
    return match === null ? undefined : match[1]?.length ?? 0;
  });
  const longest = Math.max(0, ...fractions.map((length) => length ?? 0));
  return fractions.map((length) => {
    if (length === undefined || longest === 0) return "";
    return (length === 0 ? "\u2008" : "") + "\u2007".repeat(longest - length);
  });
}

/** The blanks behind the widest cell: with them the head of the column ends where that cell ends. */
function blanksUnderHead(cells: readonly string[], blanks: readonly string[]): string {
  let widest = "";
  let behind: string | undefined;
  cells.forEach((cell, i) => {
    const wider = cell.length - widest.length;
    if (behind === undefined || wider > 0 || (wider === 0 && blanks[i]!.length < behind.length)) {
      widest = cell;
      behind = blanks[i]!;
    }
  });
  return behind ?? "";
}
