import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import type { Cell, CodeCell, Notebook } from "../../../lib/kit/nbformat.ts";
import { cellDigest, fromJupyter, mergePair, withSources } from "../../../lib/kit/pairs/mod.ts";
import { notebook as anyNotebook } from "./arbitrary.ts";

function code(id: string, source: string, more: Partial<CodeCell> = {}): CodeCell {
  return {
    cell_type: "code",
    id,
    metadata: {},
    source,
    execution_count: null,
    outputs: [],
    ...more,
  };
}

function executed(id: string, source: string): CodeCell {
  const outputs = [{
    output_type: "stream" as const,
    name: "stdout" as const,
    text: `${source}\n`,
  }];
  return code(id, source, { execution_count: 1, outputs });
}

function notebook(...cells: Cell[]): Notebook {
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
}

const origin = withSources(notebook(executed("a", "1;"), executed("b", "2;"), executed("c", "3;")));

/** The origin with other cells: an edit of one side. */
function edited(...cells: Cell[]): Notebook {
  return { ...origin, cells };
}

function merged(source: Notebook, ipynb: Notebook) {
  const result = mergePair(source, ipynb);
  assert(result.kind === "merged", JSON.stringify(result));
  return result;
}

function summary(notebook: Notebook): string {
  return notebook.cells.map((cell) =>
    `${cell.id}=${cell.source}${cell.cell_type === "code" && cell.outputs.length > 0 ? "!" : ""}`
  ).join(" ");
}

Deno.test("nothing changed: nothing carried, outputs kept", () => {
  const result = merged(notebook(code("a", "1;"), code("b", "2;"), code("c", "3;")), origin);
  assertEquals(summary(result.notebook), "a=1;! b=2;! c=3;!");
  assertEquals([result.carried, result.dropped, result.moved], [[], [], false]);
});

Deno.test("changed in the source: the cell loses its outputs, the others keep theirs", () => {
  const source = notebook(code("a", "1;"), code("b", "20;"), code("new", "9;"), code("c", "3;"));
  const result = merged(source, origin);
  assertEquals(summary(result.notebook), "a=1;! b=20; new=9; c=3;!");
  assertEquals(result.carried, []);
});

Deno.test("deleted and moved in the source: the notebook follows", () => {
  const result = merged(notebook(code("c", "3;"), code("a", "1;")), origin);
  assertEquals(summary(result.notebook), "c=3;! a=1;!");
  assertEquals([result.carried, result.dropped, result.moved], [[], [], false]);
});

Deno.test("changed in Jupyter: carried with its new outputs, new and deleted cells too", () => {
  const source = notebook(code("a", "1;"), code("b", "2;"), code("c", "3;"));
  const result = merged(
    source,
    edited(executed("a", "10;"), executed("new", "9;"), executed("c", "3;")),
  );
  assertEquals(summary(result.notebook), "a=10;! new=9;! c=3;!");
  assertEquals([result.carried, result.dropped], [["a", "new"], ["b"]]);
});

Deno.test("moved in Jupyter: the order is carried", () => {
  const source = notebook(code("a", "1;"), code("b", "2;"), code("c", "3;"));
  const result = merged(source, edited(...[2, 0, 1].map((i) => origin.cells[i]!)));
  assertEquals(summary(result.notebook), "c=3;! a=1;! b=2;!");
  assertEquals([result.carried, result.moved], [[], true]);
});

Deno.test("different cells changed on the two sides: both changes stay", () => {
  const source = notebook(code("a", "10;"), code("b", "2;"), code("c", "3;"));
  const result = merged(source, edited(origin.cells[0]!, executed("b", "20;"), origin.cells[2]!));
  assertEquals(summary(result.notebook), "a=10; b=20;! c=3;!");
  assertEquals(result.carried, ["b"]);
});

Deno.test("the same change on both sides is no conflict", () => {
  const source = notebook(code("a", "10;"), code("b", "2;"), code("c", "3;"));
  const result = merged(source, edited(executed("a", "10;"), ...origin.cells.slice(1)));
  assertEquals(summary(result.notebook), "a=10;! b=2;! c=3;!");
  assertEquals(result.carried, []);
});

Deno.test("a cell added in the source, another edited in Jupyter", () => {
  const source = notebook(code("a", "1;"), code("x", "7;"), code("b", "2;"), code("c", "3;"));
  const result = merged(source, edited(executed("a", "10;"), ...origin.cells.slice(1)));
  assertEquals(summary(result.notebook), "a=10;! x=7; b=2;! c=3;!");
});

const conflicts: [name: string, source: Cell[], ipynb: Cell[], reason: string, cells: string[]][] =
  [
    [
      "the same cell",
      [code("a", "10;"), code("b", "20;"), code("c", "3;")],
      [code("a", "11;"), code("b", "2;"), code("c", "3;")],
      "same cells",
      ["a"],
    ],
    [
      "edited here, deleted there",
      [code("a", "10;"), code("b", "2;"), code("c", "3;")],
      [code("b", "2;"), code("c", "3;")],
      "same cells",
      ["a"],
    ],
    [
      "added twice under one id",
      [code("a", "1;"), code("b", "2;"), code("c", "3;"), code("d", "4;")],
      [code("a", "1;"), code("b", "2;"), code("c", "3;"), code("d", "5;")],
      "same cells",
      ["d"],
    ],
    [
      "added here and there",
      [code("a", "1;"), code("b", "2;"), code("c", "3;"), code("d", "4;")],
      [code("e", "5;"), code("a", "1;"), code("b", "2;"), code("c", "3;")],
      "order",
      ["d", "e"],
    ],
    [
      "moved here and there",
      [code("b", "2;"), code("a", "1;"), code("c", "3;")],
      [code("a", "1;"), code("c", "3;"), code("b", "2;")],
      "order",
      ["b", "a", "c"],
    ],
  ];

for (const [name, source, ipynb, reason, cells] of conflicts) {
  Deno.test(`refused: ${name}`, () => {
    assertEquals(mergePair(notebook(...source), edited(...ipynb)), {
      kind: "conflict",
      cells,
      reason: reason as "order",
    });
  });
}

Deno.test("a notebook from elsewhere is merged only when it says the same", () => {
  const foreign = notebook(executed("a", "1;"));
  assertEquals(summary(merged(notebook(code("a", "1;")), foreign).notebook), "a=1;!");
  const result = mergePair(notebook(code("a", "2;")), foreign);
  assertEquals(result, { kind: "conflict", cells: ["a"], reason: "origin unknown" });
});

Deno.test("a notebook merged with its own source is itself", () => {
  fc.assert(fc.property(anyNotebook, (given) => {
    const built = withSources(given);
    const result = merged(given, built);
    assertEquals(result.notebook, built);
    assertEquals([result.carried, result.dropped, result.moved], [[], [], false]);
  }));
});

Deno.test("any edit on one side alone is carried whole, whichever side it is", () => {
  fc.assert(fc.property(anyNotebook, anyNotebook, (before, after) => {
    const base = withSources(before);
    const contents = (notebook: Notebook) => notebook.cells.map(cellDigest);
    assertEquals(contents(merged(after, base).notebook), contents(after));
    const inJupyter = fromJupyter({ ...base, cells: after.cells });
    assertEquals(contents(merged(before, inJupyter).notebook), contents(inJupyter));
  }));
});

Deno.test("Jupyter's ids stay where they can, and get a word in front where not", () => {
  const given = notebook(
    code("3f2a9c1b", "1;"),
    code("ab12cd34", "2;"),
    code("cell-3f2a9c1b", "3;"),
    code("A_b", "4;"),
  );
  assertEquals(
    fromJupyter(given).cells.map(({ id }) => id),
    ["cell-3f2a9c1b-2", "ab12cd34", "cell-3f2a9c1b", "cell-a-b"],
  );
});

Deno.test("what an editor notes about a cell is no edit", () => {
  const noted = origin.cells.map((cell): Cell => ({
    ...cell,
    metadata: { ...cell.metadata, collapsed: true, scrolled: false, execution: {}, tags: [] },
  }));
  const result = merged(
    notebook(code("a", "1;"), code("b", "2;"), code("c", "3;")),
    fromJupyter(edited(...noted)),
  );
  assertEquals(result.carried, []);
  assertEquals(result.notebook, withSources(result.notebook));
});
