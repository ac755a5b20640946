/**
 * A report on disk, written pair by pair, so that it can be stopped at any time: JSON lines, the first of which
 * says what the report is of.
 *
 * @module
 */
import { jsonOf } from "offprint/checked_json.ts";
import { csvLine } from "offprint/csv.ts";
import { Described, UserError } from "offprint/errors.ts";
import { ifThere, readText, writeWhole } from "offprint/files.ts";
import type { EntanglementRow } from "./report.ts";

/** What a report depends on: model, pairs, losses, subset, step size. */
export type ReportKey = Readonly<Record<string, unknown>>;

/** The rows of an unfinished or finished report. */
export class ReportFile {
  readonly rows: EntanglementRow[];
  readonly #file: URL;

  private constructor(file: URL, rows: EntanglementRow[]) {
    this.#file = file;
    this.rows = rows;
  }

  /**
   * Opens a report, or begins it. A last line that was cut off is dropped, with the other rows of its pair.
   *
   * @param rowsPerPair how many rows each pair has, one a loss.
   * @throws {UserError} when the file is a report of something else.
   */
  static async open(file: URL, key: ReportKey, rowsPerPair: number): Promise<ReportFile> {
    const head = JSON.stringify({ report: key });
    const text = await ifThere(readText(file));
    if (text === undefined) {
      await Deno.mkdir(new URL("./", file), { recursive: true });
      await Deno.writeTextFile(file, `${head}\n`);
      return new ReportFile(file, []);
    }
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const [first, ...lines] = whole.split("\n").slice(0, -1);
    if (first !== head) {
      throw new UserError({
        what: decodeURIComponent(file.pathname),
        got: new Described("a report of another model, other pairs or other options"),
        expected: "the report that this run is to continue",
        todo: "Give another --out, or remove the folder.",
      });
    }
    const kept = lines.slice(0, lines.length - lines.length % rowsPerPair);
    const rest = `${[head, ...kept].join("\n")}\n`;
    if (rest.length < text.length) await writeWhole(file, rest);
    const rows = kept.map((line, at) =>
      jsonOf(line, {
        what: `${decodeURIComponent(file.pathname)}, line ${at + 2}`,
        expected: "a row of the report, as JSON",
        todo: "Remove the folder: the same command makes the report again.",
      })
    );
    return new ReportFile(file, rows.map((row) => revived(row as EntanglementRow)));
  }

  /** Adds the rows of one pair. */
  async add(rows: readonly EntanglementRow[]): Promise<void> {
    const text = rows.map((row) => `${JSON.stringify(row, infinities)}\n`).join("");
    await Deno.writeTextFile(this.#file, text, { append: true });
    this.rows.push(...rows);
  }
}

/** JSON has no infinity, and an open band has one. */
function infinities(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function revived(row: EntanglementRow): EntanglementRow {
  const numbers = ["Infinity", "-Infinity", "NaN"];
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      numbers.includes(value as string) ? Number(value) : value,
    ]),
  ) as unknown as EntanglementRow;
}

/** Rows as comma-separated values, with a line of names. */
export function reportCsv(rows: readonly EntanglementRow[]): string {
  const [first] = rows;
  if (first === undefined) return "";
  const names = Object.keys(first) as (keyof EntanglementRow)[];
  return [names, ...rows.map((row) => names.map((name) => row[name]))].map(csvLine).join("");
}
