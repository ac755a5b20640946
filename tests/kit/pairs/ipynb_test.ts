import fc from "fast-check";
import { Ajv } from "ajv";
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { buildNotebook, parseNotebook, stringifyNotebook } from "../../../lib/kit/pairs/mod.ts";
import { notebook } from "./arbitrary.ts";

const { $schema: _, ...schema } = JSON.parse(
  Deno.readTextFileSync(new URL("../../data/nbformat.v4.5.schema.json", import.meta.url)),
);
// the schema is of draft 4; nothing in it means something else in ajv's draft 7
const isNbformat = new Ajv({ strict: false }).compile(schema);

function assertNbformat(text: string): void {
  assertEquals(isNbformat(JSON.parse(text)) ? [] : isNbformat.errors, []);
}

Deno.test("any notebook written and read is the same notebook", () => {
  fc.assert(fc.property(notebook, (given) => {
    assertEquals(parseNotebook(stringifyNotebook(given), "x.ipynb"), given);
  }));
});

Deno.test("any notebook written is valid nbformat 4.5 and written again the same bytes", () => {
  fc.assert(fc.property(notebook, (given) => {
    const { title: _title, authors: _authors, ...metadata } = given.metadata;
    const text = stringifyNotebook({ ...given, metadata });
    assertNbformat(text);
    assertEquals(stringifyNotebook(parseNotebook(text, "x.ipynb")), text);
  }));
});

Deno.test("the schema in use does refuse", () => {
  assertEquals(isNbformat({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [{}] }), false);
  assertEquals(isNbformat({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [] }), false);
});

Deno.test("the layout on disk, spelled out", () => {
  const text = stringifyNotebook({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { b: 1, a: { d: [], c: {} } },
    cells: [{
      cell_type: "code",
      id: "a",
      metadata: {},
      source: "1;\n2;\n",
      execution_count: 1,
      outputs: [
        { output_type: "stream", name: "stdout", text: "one\ntwo" },
        {
          output_type: "execute_result",
          execution_count: 1,
          data: { "text/plain": "2", "image/png": "aaaa", "application/json": { b: 1, a: "x\ny" } },
          metadata: {},
        },
      ],
    }],
  });
  assertNbformat(text);
  assertEquals(
    text,
    `{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "a",
   "metadata": {},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "one\\n",
      "two"
     ]
    },
    {
     "data": {
      "application/json": {
       "a": "x\\ny",
       "b": 1
      },
      "image/png": "aaaa",
      "text/plain": [
       "2"
      ]
     },
     "execution_count": 1,
     "metadata": {},
     "output_type": "execute_result"
    }
   ],
   "source": [
    "1;\\n",
    "2;\\n"
   ]
  }
 ],
 "metadata": {
  "a": {
   "c": {},
   "d": []
  },
  "b": 1
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`,
  );
});

Deno.test("a built notebook is valid nbformat 4.5", () => {
  const text = '// ---\n// jupyter: {"offprint":{"paper":null}}\n// ---\n\n// %% id="a"\n1;\n';
  assertNbformat(stringifyNotebook(buildNotebook(text, "x.ts")));
});

Deno.test("line ends inside sources become \\n; sources may be one string", () => {
  const cell = { cell_type: "markdown", id: "a", metadata: {}, source: "a\r\nb\rc" };
  const text = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] });
  assertEquals(parseNotebook(text, "x.ipynb").cells[0]!.source, "a\nb\nc");
});

const code = {
  cell_type: "code",
  id: "a",
  metadata: {},
  source: [],
  execution_count: null,
  outputs: [],
};
const whole = (cells: unknown, more = {}) => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells,
  ...more,
});
const result = (more: object) => ({
  ...code,
  outputs: [{ output_type: "display_data", data: {}, metadata: {}, ...more }],
});

const mistakes: [name: string, value: unknown, message: string][] = [
  ["a list", [], "x.ipynb: the whole file: got [], expected object"],
  ["an old format", whole([], { nbformat_minor: 2 }), "x.ipynb: nbformat_minor: got 2, expected 5"],
  ["no cells", whole(undefined), "x.ipynb: cells: got nothing, expected array"],
  ["a raw cell", whole([{ ...code, cell_type: "raw" }]), 'x.ipynb: cells[0].cell_type: got "raw"'],
  ["no id", whole([{ ...code, id: undefined }]), "x.ipynb: cells[0].id: got nothing"],
  ["an id with a space", whole([{ ...code, id: "a b" }]), 'x.ipynb: cells[0].id: got "a b"'],
  ["two cells of one id", whole([code, code]), 'x.ipynb: cells[1].id: got "a"'],
  [
    "a numeric source",
    whole([{ ...code, source: 3 }]),
    "cells[0].source: got 3, expected a string",
  ],
  ["an unknown output", whole([result({ output_type: "x" })]), "cells[0].outputs[0].output_type"],
  [
    "text that is an object",
    whole([result({ data: { "text/plain": {} } })]),
    "cells[0].outputs[0].data.text/plain: got {}, expected a string or a list of strings",
  ],
  [
    "a pasted image",
    whole([{ cell_type: "markdown", id: "a", metadata: {}, source: "", attachments: {} }]),
    "cells[0]: got",
  ],
];

for (const [name, value, message] of mistakes) {
  Deno.test(`${name} is told with its field`, () => {
    const error = assertThrows(
      () => parseNotebook(JSON.stringify(value), "x.ipynb"),
      UserError,
      message,
    );
    assertEquals(error.message.split("\n").length, 1);
  });
}

Deno.test("a pasted image is told by its name", () => {
  const cell = { cell_type: "markdown", id: "a", metadata: {}, source: "", attachments: {} };
  assertThrows(
    () => parseNotebook(JSON.stringify(whole([cell])), "x.ipynb"),
    UserError,
    "expected no field attachments",
  );
});

Deno.test("text that is not JSON is told with its position, whatever is wrong", () => {
  const good = stringifyNotebook(buildNotebook(
    '// ---\n// jupyter: {}\n// ---\n\n// %% id="a"\n1;\n',
    "x.ts",
  ));
  for (const text of ["", "{", good.slice(0, 200), good.replace('"cells"', "cells"), `${good}}`]) {
    const error = assertThrows(() => parseNotebook(text, "x.ipynb"), UserError);
    assertMatch(error.message, /^x\.ipynb:\d+:\d+: got text that is not JSON[^\n]*$/);
  }
  assertThrows(
    () => parseNotebook(good.replace('"cells"', "cells"), "x.ipynb"),
    UserError,
    "x.ipynb:2:2",
  );
});
