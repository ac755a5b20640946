/**
 * Random notebooks for property tests.
 *
 * @module
 */
import fc from "fast-check";
import type { Cell, Json, Notebook, Output } from "../../../lib/kit/nbformat.ts";

fc.configureGlobal({ seed: 2024 });

const json = fc.jsonValue().map((value) =>
  // JSON has no -0: it is written as 0
  JSON.parse(JSON.stringify(value)) as Json
);

const line = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
  fc.constantFrom(
    "",
    " ",
    "%%",
    "%% x",
    "\\%% y",
    "\\\\%%",
    "//",
    "// note",
    "  indented",
    "`",
    "---",
    "hard break  ",
    "hard break   \\",
    "hard break\t  ",
    "hard break \t   \\",
    "no break  \t",
    "hard break \\",
    "%%  ",
    "a &= b  \\\\",
    "x  \\\\\\",
  ),
).map((text) => text.replace(/[\r\n\u2028\u2029]/g, ""));

const lines = fc.array(line, { maxLength: 6 }).map((all) => all.join("\n"));

/** Code that holds no line which would start a cell. */
export const codeSource = lines.map((text) => text.replaceAll("// %%", "// %"));

/** Prose of any kind. */
export const proseSource = lines;

const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);

const metadata = fc.record({
  tags: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 3 }),
  other: json,
}, { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<Record<string, Json>>;

const bundle = fc.record({
  "text/plain": fc.string(),
  "image/svg+xml": lines,
  "image/png": fc.base64String(),
  "application/vnd.offprint.claim+json": json,
}, { requiredKeys: ["text/plain"], noNullPrototype: true }) as fc.Arbitrary<Record<string, Json>>;

const count = fc.option(fc.nat(99));

const output: fc.Arbitrary<Output> = fc.oneof(
  fc.record({
    output_type: fc.constant("stream" as const),
    name: fc.constantFrom("stdout" as const, "stderr" as const),
    text: lines,
  }, { noNullPrototype: true }),
  fc.record({
    output_type: fc.constant("display_data" as const),
    data: bundle,
    metadata: fc.constant({}),
  }, { noNullPrototype: true }),
  fc.record({
    output_type: fc.constant("execute_result" as const),
    execution_count: count,
    data: bundle,
    metadata: fc.constant({}),
  }, { noNullPrototype: true }),
  fc.record({
    output_type: fc.constant("error" as const),
    ename: fc.string(),
    evalue: fc.string(),
    traceback: fc.array(fc.string(), { maxLength: 3 }),
  }, { noNullPrototype: true }),
);

const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.record({
    cell_type: fc.constant("markdown" as const),
    id,
    metadata,
    source: proseSource,
  }, { noNullPrototype: true }),
  fc.record({
    cell_type: fc.constant("code" as const),
    id,
    metadata,
    source: codeSource,
    execution_count: count,
    outputs: fc.array(output, { maxLength: 3 }),
  }, { noNullPrototype: true }),
);

/** A notebook that the percent format can hold, with outputs. */
export const notebook: fc.Arbitrary<Notebook> = fc.record({
  nbformat: fc.constant(4 as const),
  nbformat_minor: fc.constant(5 as const),
  metadata: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), json, { maxKeys: 3 }).map((some) => ({
    ...some,
  })),
  cells: fc.uniqueArray(cell, { selector: ({ id }) => id, minLength: 1, maxLength: 6 }),
}, { noNullPrototype: true });
