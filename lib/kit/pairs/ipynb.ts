/**
 * `.ipynb` files: nbformat 4.5 as Jupyter itself lays it out, so that saving in Jupyter and writing
 * from here give the same bytes for the same notebook. Cells whose tags fold them carry
 * `metadata.jupyter.source_hidden` on disk, and only there.
 *
 * @module
 */
import { z } from "zod";
import { valueAt } from "offprint/checked_json.ts";
import { Described, UserError } from "offprint/errors.ts";
import { withoutByteOrderMark } from "offprint/files.ts";
import type { Json, MimeBundle, Notebook, Output } from "../nbformat.ts";
import { sortKeys } from "./cell_header.ts";
import { withFolding, withoutFolding } from "./folding.ts";

/**
 * The text of an `.ipynb` file: keys sorted, indented by one space, `source` and text outputs as
 * lists of lines, a line end at the end.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseNotebook, stringifyNotebook } from "offprint/kit/pairs/mod.ts";
 *
 * const text = stringifyNotebook({
 *   nbformat: 4,
 *   nbformat_minor: 5,
 *   metadata: {},
 *   cells: [{ cell_type: "markdown", id: "title", metadata: {}, source: "# Title\nText." }],
 * });
 * assertEquals(JSON.parse(text).cells[0].source, ["# Title\n", "Text."]);
 * assertEquals(stringifyNotebook(parseNotebook(text, "title.ipynb")), text);
 * ```
 */
export function stringifyNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map(withFolding).map((cell): Json => {
    const { cell_type, id, metadata } = cell;
    const source = splitLines(cell.source);
    if (cell.cell_type === "markdown") return { cell_type, id, metadata, source };
    const { execution_count } = cell;
    return {
      cell_type,
      id,
      metadata,
      source,
      execution_count,
      outputs: cell.outputs.map(outputOnDisk),
    };
  });
  const { nbformat, nbformat_minor, metadata } = notebook;
  const whole: Json = { nbformat, nbformat_minor, metadata, cells };
  return JSON.stringify(sortKeys(whole), undefined, 1) + "\n";
}

/**
 * Reads the text of an `.ipynb` file; line ends inside sources become `\n`.
 *
 * @param file Its name, for messages.
 * @throws {UserError} for text that is not JSON (with its position), a field that nbformat 4.5 does not
 * allow (with its path), two cells with one id, a raw cell, or an image pasted into prose: the
 * source file cannot hold the last two.
 */
export function parseNotebook(text: string, file: string): Notebook {
  let value: unknown;
  try {
    value = JSON.parse(withoutByteOrderMark(text));
  } catch (error) {
    throw new UserError({
      what: `${file}${positionOf(error as SyntaxError, text)}`,
      got: new Described("text that is not JSON"),
      expected: "a Jupyter notebook",
      todo: "Restore the file, or delete it and rebuild it with deno task sync.",
    });
  }
  const parsed = notebookSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new UserError({
      what: `${file}: ${fieldOf(issue.path)}`,
      got: valueAt(value, issue.path),
      expected: expectedBy(issue),
      todo: todoFor(issue.path),
    });
  }
  const seen = new Set<string>();
  for (const [index, { id }] of parsed.data.cells.entries()) {
    if (seen.has(id)) {
      throw new UserError({
        what: `${file}: cells[${index}].id`,
        got: id,
        expected: "an id that no other cell has",
        todo: "Rename one of the two cells.",
      });
    }
    seen.add(id);
  }
  return { ...parsed.data, cells: parsed.data.cells.map(withoutFolding) };
}

/** Lines with their line ends, as nbformat stores text; the empty text is the empty list. */
function splitLines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

function outputOnDisk(output: Output): Json {
  switch (output.output_type) {
    case "stream":
      return { ...output, text: splitLines(output.text) };
    case "error":
      return { ...output };
    default:
      return { ...output, data: bundleOnDisk(output.data) };
  }
}

function bundleOnDisk(bundle: MimeBundle): MimeBundle {
  return Object.fromEntries(
    Object.entries(bundle).map(([type, content]) => [
      type,
      typeof content === "string" && isLinewise(type) ? splitLines(content) : content,
    ]),
  );
}

/** The media types that nbformat stores as lists of lines. */
function isLinewise(type: string): boolean {
  return type.startsWith("text/") || type === "image/svg+xml" || type === "application/javascript";
}

function isJsonType(type: string): boolean {
  return /^application\/(.*\+)?json$/.test(type);
}

const multiline = z.union([z.string(), z.array(z.string())]).transform((text) =>
  typeof text === "string" ? text : text.join("")
);
const source = multiline.transform((text) => text.replace(/\r\n?/g, "\n"));
const json = z.custom<Json>((value) => value !== undefined);
const metadata = z.record(z.string(), json);
const bundle = z.record(z.string(), json).transform((data, context): MimeBundle => {
  const joined: MimeBundle = {};
  for (const [type, content] of Object.entries(data)) {
    if (isJsonType(type)) joined[type] = content;
    else {
      const text = multiline.safeParse(content);
      if (text.success) joined[type] = text.data;
      else {
        context.addIssue({
          code: "custom",
          path: [type],
          message: "a string or a list of strings",
        });
      }
    }
  }
  return joined;
});
const count = z.int().min(0).nullable();
const output = z.discriminatedUnion("output_type", [
  z.strictObject({
    output_type: z.literal("stream"),
    name: z.enum(["stdout", "stderr"]),
    text: multiline,
  }),
  z.strictObject({ output_type: z.literal("display_data"), data: bundle, metadata }),
  z.strictObject({
    output_type: z.literal("execute_result"),
    execution_count: count,
    data: bundle,
    metadata,
  }),
  z.strictObject({
    output_type: z.literal("error"),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);
const id = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
const cell = z.discriminatedUnion("cell_type", [
  z.strictObject({ cell_type: z.literal("markdown"), id, metadata, source }),
  z.strictObject({
    cell_type: z.literal("code"),
    id,
    metadata,
    source,
    execution_count: count,
    outputs: z.array(output),
  }),
]);
const notebookSchema = z.strictObject({
  nbformat: z.literal(4),
  nbformat_minor: z.literal(5),
  metadata,
  cells: z.array(cell),
});

type Path = readonly PropertyKey[];

/** `cells[3].outputs[0].data` */
function fieldOf(path: Path): string {
  return path.length === 0
    ? "the whole file"
    : path.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`).join("").replace(
      /^\./,
      "",
    );
}

const CHOICES: Record<string, string> = {
  cell_type: '"markdown" or "code"',
  output_type: '"stream", "display_data", "execute_result" or "error"',
};

function expectedBy(issue: z.core.$ZodIssue): string {
  const key = String(issue.path.at(-1));
  if (issue.code === "invalid_union") return CHOICES[key] ?? "a string or a list of strings";
  if (issue.code === "unrecognized_keys") return `no field ${issue.keys.join(", ")}`;
  if (issue.code === "invalid_type") return `${issue.expected}`;
  if (issue.code === "invalid_value") {
    return issue.values.map((value) => JSON.stringify(value)).join(" or ");
  }
  if (issue.code === "invalid_format") return "letters, digits, '-' and '_', at most 64";
  return issue.message;
}

function todoFor(path: Path): string {
  if (path[0] === "nbformat" || path[0] === "nbformat_minor") {
    return "Save it with a Jupyter that writes nbformat 4.5 (2021 or later).";
  }
  if (path.at(-1) === "cell_type") return "Change the cell's type in Jupyter.";
  return "Correct it in Jupyter, or rebuild the file with deno task sync.";
}

/** `:LINE:COLUMN` of a JSON error; the end of the text where V8 gives no position. */
function positionOf(error: SyntaxError, text: string): string {
  const found = /at position (\d+)/.exec(error.message);
  const before = text.slice(0, found === null ? text.length : Number(found[1])).split("\n");
  return `:${before.length}:${before.at(-1)!.length + 1}`;
}
