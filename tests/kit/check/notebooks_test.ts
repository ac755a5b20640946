import { assertEquals } from "@std/assert";
import { checkInStep, checkSource, checkWarnings } from "../../../lib/kit/check/notebooks.ts";
import { printProblem } from "../../../lib/kit/check/problem.ts";
import {
  buildNotebook,
  type Pair,
  parseNotebook,
  stringifyNotebook,
} from "../../../lib/kit/pairs/mod.ts";

const HEADER = '// ---\n// jupyter: {"offprint":{}}\n// ---\n\n';

function pair(source: string | undefined, ipynb?: string): Pair {
  return {
    id: "02-a",
    sourceName: "notebooks/02-a.ts",
    ipynbName: "notebooks/02-a.ipynb",
    source,
    ipynb,
  };
}

const mistakes: [name: string, cells: string, problems: string[]][] = [
  ["nothing", '// %% id="a"\n1;\n', []],
  ["no id", "// %%\n1;\n", [
    'notebooks/02-a.ts:5: got "a cell without id", expected id="…" of lower-case letters, digits and "-", ' +
    "a letter first. Name the cell in its header.",
  ]],
  ["an id twice", '// %% id="a"\n1;\n\n// %% id="a"\n2;\n', [
    'notebooks/02-a.ts:8: got "id=\\"a\\", also at line 5", expected an id that no other cell has. ' +
    "Rename one of the two cells.",
  ]],
  [
    "a parameters cell with a computed value",
    '// %% id="a" tags=["parameters"]\n/** n */\nconst n: number = 1 + 1;\n',
    [
      'notebooks/02-a.ts:7: parameters cell, line 2: got "+ 1;", expected ";" after the value. ' +
      "Write for example: const seed: number = 1;",
    ],
  ],
  [
    "a parameter that shares a comment",
    '// %% id="a" tags=["parameters"]\n/** Both. */\nconst n: number = 1;\nconst m: number = 2;\n',
    [
      'notebooks/02-a.ts:5: parameter "m" has no comment of its own, ' +
      "say above it what it is: the reader's panel and --help show that",
    ],
  ],
  [
    "two parameters cells",
    '// %% id="a" tags=["parameters"]\n\n// %% id="b" tags=["parameters"]\n',
    [
      'notebooks/02-a.ts:7: cell "b" is a second parameters cell, put all parameters into one',
    ],
  ],
  ["cells that deno fmt would merge", '// %% id="a"\nconst f = () => 1\n\n// %% id="b"\n(2);\n', [
    'notebooks/02-a.ts: deno fmt would leave 1 of 2 cells, end every cell with ";" (deno task sync does)',
  ]],
  ["cells that deno fmt has merged", '// %% id="a"\nf()// %% id="b"\n(2);\n', [
    "notebooks/02-a.ts:6: a cell's header inside a line: deno fmt has merged two cells, " +
    'put the header on a line of its own and end the cell above it with ";"',
  ]],
];

for (const [name, cells, problems] of mistakes) {
  Deno.test(`told of a source: ${name}`, async () => {
    assertEquals((await checkSource(pair(HEADER + cells))).map(printProblem), problems);
  });
}

Deno.test("told of a source: a wrong setting", async () => {
  const source = HEADER.replace("{}", '{"cellSeconds":0}') + '// %% id="a"\n1;\n';
  assertEquals((await checkSource(pair(source))).map(printProblem), [
    "notebooks/02-a.ts:2: offprint.cellSeconds in the header: got 0, " +
    "expected seconds, above 0 and at most 86400. Correct the header of the notebook.",
  ]);
});

const SOURCE = HEADER + '// %% id="a"\n1;\n';
const IPYNB = stringifyNotebook(buildNotebook(SOURCE, "02-a.ts"));

function edited(change: (notebook: ReturnType<typeof parseNotebook>) => void): string {
  const notebook = parseNotebook(IPYNB, "02-a.ipynb");
  change(notebook);
  return stringifyNotebook(notebook);
}

const steps: [name: string, pair: Pair, problems: string[]][] = [
  ["in step", pair(SOURCE, IPYNB), []],
  [
    "in step, with outputs",
    pair(
      SOURCE,
      edited(({ cells: [a] }) => {
        if (a?.cell_type !== "code") return;
        a.outputs = [{ output_type: "stream", name: "stdout", text: "1\n" }];
      }),
    ),
    [],
  ],
  ["no notebook", pair(SOURCE), [
    "notebooks/02-a.ts: has no notebooks/02-a.ipynb, run deno task sync",
  ]],
  ["no source", pair(undefined, IPYNB), [
    "notebooks/02-a.ipynb: has no notebooks/02-a.ts, run deno task sync",
  ]],
  ["an older source", pair(SOURCE.replace("1;", "2;"), IPYNB), [
    "notebooks/02-a.ipynb: out of step with notebooks/02-a.ts, run deno task sync",
  ]],
  ["another layout", pair(SOURCE, JSON.stringify(JSON.parse(IPYNB))), [
    "notebooks/02-a.ipynb: out of step with notebooks/02-a.ts, run deno task sync",
  ]],
  ["an edit of Jupyter's", pair(SOURCE, edited(({ cells }) => cells[0]!.source = "3;")), [
    "notebooks/02-a.ipynb: edited in Jupyter (a) but not in notebooks/02-a.ts, run deno task sync",
  ]],
  [
    "both sides of one cell",
    pair(SOURCE.replace("1;", "2;"), edited(({ cells }) => cells[0]!.source = "3;")),
    ["notebooks/02-a.ipynb: changed here and in notebooks/02-a.ts (a), make both alike there by hand"],
  ],
  ["not JSON", pair(SOURCE, "{"), [
    "notebooks/02-a.ipynb: 1:2: got text that is not JSON, expected a Jupyter notebook. " +
    "Restore the file, or delete it and rebuild it with deno task sync.",
  ]],
  ["a wrong field", pair(SOURCE, IPYNB.replace('"code"', '"raw"')), [
    'notebooks/02-a.ipynb: cells[0].cell_type: got "raw", expected "markdown" or "code". ' +
    "Change the cell's type in Jupyter.",
  ]],
];

for (const [name, given, problems] of steps) {
  Deno.test(`told of a pair: ${name}`, () => {
    assertEquals(checkInStep(given).map(printProblem), problems);
  });
}

Deno.test("told of a warning among the committed outputs, not of what a cell prints", () => {
  const source = HEADER + '// %% id="a"\n1;\n\n// %% id="b"\n2;\n';
  const notebook = buildNotebook(source, "02-a");
  const [first, second] = notebook.cells;
  if (first?.cell_type !== "code" || second?.cell_type !== "code") throw new Error("no cells");
  first.outputs = [{ output_type: "stream", name: "stdout", text: "1" }];
  second.outputs = [{ output_type: "stream", name: "stderr", text: "Warning: strings" }];
  assertEquals(checkWarnings(pair(source, stringifyNotebook(notebook))).map(printProblem), [
    'notebooks/02-a.ipynb: cell "b" writes to stderr, mend what the warning is about',
  ]);
});
