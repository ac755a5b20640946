import fc from "fast-check";
import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  parsePercent,
  printPercent,
  scanPercent,
  withoutOutputs,
} from "../../../lib/kit/pairs/mod.ts";
import { notebook } from "./arbitrary.ts";

const HEADER = "// ---\n// jupyter: {}\n// ---\n";

Deno.test("any notebook printed and parsed is the same notebook without outputs", () => {
  fc.assert(fc.property(notebook, (given) => {
    assertEquals(parsePercent(printPercent(given), "x.ts"), withoutOutputs(given));
  }));
});

Deno.test("a printed notebook printed again is the same text", () => {
  fc.assert(fc.property(notebook, (given) => {
    const text = printPercent(given);
    assertEquals(printPercent(parsePercent(text, "x.ts")), text);
  }));
});

Deno.test("line ends of Windows change nothing", () => {
  fc.assert(fc.property(notebook, (given) => {
    const text = printPercent(given);
    assertEquals(parsePercent(text.replaceAll("\n", "\r\n"), "x.ts"), parsePercent(text, "x.ts"));
  }));
});

Deno.test("the format, spelled out", () => {
  const text = `// ---
// jupyter: {"kernelspec":{"name":"deno"}}
// ---

// %% [markdown] id="title"
// # Title
//
// \\%% is escaped

// %% id="parameters" tags=["parameters"] note={"a b":["]"]}
/** seed */
const seed: number = 1;

const other = 2;
`;
  const parsed = parsePercent(text, "x.ts");
  assertEquals(parsed.metadata, { kernelspec: { name: "deno" } });
  assertEquals(parsed.cells, [
    {
      cell_type: "markdown",
      id: "title",
      metadata: {},
      source: "# Title\n\n%% is escaped",
    },
    {
      cell_type: "code",
      id: "parameters",
      metadata: { tags: ["parameters"], note: { "a b": ["]"] } },
      source: "/** seed */\nconst seed: number = 1;\n\nconst other = 2;",
      execution_count: null,
      outputs: [],
    },
  ]);
  assertEquals(printPercent(parsed), text);
});

const mistakes: [name: string, text: string, message: string][] = [
  ["an empty file", "", 'x.ts:1: got nothing, expected the header "// ---"'],
  ["no header", '// %% id="a"\n1;\n', "x.ts:1: got nothing, expected the header"],
  ["a header that is not JSON", "// ---\n// jupyter: {a}\n// ---\n", 'x.ts:2: got "{a}"'],
  ["a header that is a list", "// ---\n// jupyter: []\n// ---\n", 'x.ts:2: got "[]"'],
  ["a YAML header", "// ---\n// jupyter:\n//   a: 1\n// ---\n", "x.ts:2: got"],
  ["an open header", '// ---\n// jupyter: {}\n// %% id="a"\n', "x.ts:2: got nothing"],
  ["text before the first cell", HEADER + "1;\n", 'x.ts:4: got "1;", expected a line "// %%"'],
  ["no cells", HEADER, 'x.ts:3: got "no cell"'],
  ["a cell without id", HEADER + "// %%\n1;\n", 'x.ts:4: got "a cell without id"'],
  ["an id in capitals", HEADER + '// %% id="A"\n', 'x.ts:4: got "A"'],
  ["an id that is a number", HEADER + "// %% id=3\n", "x.ts:4: got 3"],
  ["two cells of one id", HEADER + '// %% id="a"\n1;\n\n// %% id="a"\n', "also at line 4"],
  ["an unknown kind of cell", HEADER + '// %% [raw] id="a"\n', 'got "[raw]", expected [markdown]'],
  ["an attribute that is not JSON", HEADER + "// %% id=title\n", "id= followed by a JSON value"],
  ["an unclosed attribute", HEADER + '// %% id="a" tags=["b"\n', "tags= followed by a JSON value"],
  ["an attribute without value", HEADER + '// %% id="a" slow\n', 'got "slow"'],
  ["two values run together", HEADER + '// %% id="a"tags=[]\n', "a space after the value of id"],
  ["an attribute twice", HEADER + '// %% id="a" id="b"\n', "expected id once"],
  ["tags that are not strings", HEADER + '// %% id="a" tags=[1]\n', "a list of strings"],
  ["code in prose", HEADER + '// %% [markdown] id="a"\n// a\nb\n', 'x.ts:6: got "b"'],
];

for (const [name, text, message] of mistakes) {
  Deno.test(`${name} is told with its line`, () => {
    assertThrows(() => parsePercent(text, "x.ts"), UserError, message);
  });
}

Deno.test("a scan tells every mistake and keeps the cells that can be read", () => {
  const text = HEADER + '// %%\n1;\n\n// %% id="b"\n2;\n\n// %% id="b"\n3;\n';
  const { cells, problems } = scanPercent(text, "x.ts");
  assertEquals(problems.map(({ line }) => line), [4, 10]);
  assertEquals(cells.map(({ line, cell }) => [line, cell.source]), [[4, "1;"], [7, "2;"], [
    10,
    "3;",
  ]]);
});

const unprintable: [name: string, cell: Record<string, unknown>, message: string][] = [
  ["code that looks like a header", { source: "a;\n// %% b" }, 'cell "a": got "// %% b"'],
  ["an id from Jupyter", { id: "3f2a9c1b" }, 'got "3f2a9c1b"'],
  ["metadata with a space in its key", { metadata: { "a b": 1 } }, 'metadata: got "a b"'],
  [
    "prose that would end its comment",
    { cell_type: "markdown", source: "a\u2028b" },
    "prose without",
  ],
];

for (const [name, change, message] of unprintable) {
  Deno.test(`${name} is not printed`, () => {
    const cell = {
      cell_type: "code",
      id: "a",
      metadata: {},
      source: "1;",
      execution_count: null,
      outputs: [],
      ...change,
    };
    const given = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] };
    assertThrows(
      () => printPercent(given as Parameters<typeof printPercent>[0]),
      UserError,
      message,
    );
  });
}
