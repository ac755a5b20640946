/**
 * Formatting with `deno fmt`, and its one danger for notebooks: a cell without a final `;` above one
 * that starts with `(`, `[` or a backtick is one expression to the formatter, which then moves the
 * header between them to the end of a line and so swallows a cell.
 *
 * @module
 */
import { ROOT } from "../project.ts";
import type { Cell, Notebook } from "../nbformat.ts";
import { parsePercent, printPercent, scanPercent } from "./percent.ts";

/**
 * TypeScript as `deno fmt` writes it, with the options of this project; undefined for text it cannot parse.
 */
export async function formatTypeScript(text: string): Promise<string | undefined> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "ts", "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  // a formatter that stops early closes the pipe; its exit code says so
  const written = writer.write(new TextEncoder().encode(text)).then(() => writer.close())
    .catch(() => {});
  const [{ success, stdout }] = await Promise.all([child.output(), written]);
  return success ? new TextDecoder().decode(stdout) : undefined;
}

/** A source file formatted, and how many cells are left. */
export interface FormattedSource {
  text: string;
  cells: number;
}

/** What `deno fmt` would make of a source file; undefined when it cannot parse it. */
export async function formatSource(text: string): Promise<FormattedSource | undefined> {
  const formatted = await formatTypeScript(text);
  if (formatted === undefined) return undefined;
  return { text: formatted, cells: scanPercent(formatted, "").cells.length };
}

/**
 * The notebook with its cells formatted, every cell kept: where the formatter would merge two, each code
 * cell is first formatted alone, which ends it with `;`. A notebook that is not valid TypeScript comes back
 * with those cells formatted that can be. Outputs stay with their cells.
 */
export async function formatNotebook(notebook: Notebook): Promise<Notebook> {
  const whole = await formatted(notebook);
  if (whole !== undefined) return whole;
  const cells: Cell[] = [];
  for (const cell of notebook.cells) {
    const source = cell.cell_type === "code" ? await formatTypeScript(cell.source) : undefined;
    cells.push(source === undefined ? cell : { ...cell, source: source.trimEnd() });
  }
  const separated = { ...notebook, cells };
  return await formatted(separated) ?? separated;
}

async function formatted(notebook: Notebook): Promise<Notebook | undefined> {
  const result = await formatSource(printPercent(notebook));
  if (result === undefined || result.cells !== notebook.cells.length) return undefined;
  const cells = parsePercent(result.text, "formatted").cells.map((cell, index): Cell => {
    const { source } = cell;
    return { ...notebook.cells[index]!, source };
  });
  return { ...notebook, cells };
}
