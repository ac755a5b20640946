import { join } from "node:path";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import type { Notebook } from "../../../lib/kit/nbformat.ts";
import { formatSource } from "../../../lib/kit/pairs/format.ts";
import {
  parseNotebook,
  parsePercent,
  stringifyNotebook,
  syncPair,
} from "../../../lib/kit/pairs/mod.ts";

const HEADER = '// ---\n// jupyter: {"offprint":{"paper":null}}\n// ---\n';
const SOURCE = `${HEADER}
// %% [markdown] id="title"
// # Title

// %% id="first"
const first = 1;

// %% id="second"
[first, 2].map(String);
`;

/** A project folder with one notebook in it, gone after the test. */
class Project implements AsyncDisposable {
  private constructor(readonly root: string) {}

  static async with(files: { ts?: string; ipynb?: string }): Promise<Project> {
    const root = await Deno.makeTempDir({ prefix: "offprint-sync-" });
    await Deno.mkdir(join(root, "notebooks"));
    const project = new Project(root);
    if (files.ts !== undefined) await project.write("ts", files.ts);
    if (files.ipynb !== undefined) await project.write("ipynb", files.ipynb);
    return project;
  }

  /** With both halves in step, every code cell executed. */
  static async inStep(source = SOURCE): Promise<Project> {
    const project = await Project.with({ ts: source });
    await project.sync();
    await project.edit((notebook) => {
      for (const cell of notebook.cells) {
        if (cell.cell_type !== "code") continue;
        cell.execution_count = 1;
        cell.outputs = [{ output_type: "stream", name: "stdout", text: `${cell.id}\n` }];
      }
    });
    assertEquals((await project.sync()).changes, []);
    return project;
  }

  path(extension: string): string {
    return join(this.root, "notebooks", `02-a.${extension}`);
  }

  write(extension: string, text: string): Promise<void> {
    return Deno.writeTextFile(this.path(extension), text);
  }

  source(): Promise<string> {
    return Deno.readTextFile(this.path("ts"));
  }

  async notebook(): Promise<Notebook> {
    return parseNotebook(await Deno.readTextFile(this.path("ipynb")), "02-a.ipynb");
  }

  /** Changes the notebook as Jupyter would: in memory, then saved. */
  async edit(change: (notebook: Notebook) => void): Promise<void> {
    const notebook = await this.notebook();
    change(notebook);
    await this.write("ipynb", stringifyNotebook(notebook));
  }

  /** `id!` for each code cell with outputs, `id` for the others. */
  async outputs(): Promise<string> {
    const { cells } = await this.notebook();
    return cells.map((cell) =>
      cell.id + (cell.cell_type === "code" && cell.outputs.length > 0 ? "!" : "")
    ).join(" ");
  }

  sync(options: Parameters<typeof syncPair>[2] = {}) {
    return syncPair(this.root, "02-a", options);
  }

  async names(): Promise<string[]> {
    const names = await Array.fromAsync(Deno.readDir(join(this.root, "notebooks")));
    return names.map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

Deno.test("a source alone: the notebook is built, and a second sync does nothing", async () => {
  await using project = await Project.with({ ts: SOURCE });
  const result = await project.sync();
  assertEquals(result.changes, ["built notebooks/02-a.ipynb, without outputs"]);
  assertEquals([result.wroteSource, result.wroteIpynb], [false, true]);
  assertEquals((await project.notebook()).cells.map(({ id }) => id), ["title", "first", "second"]);
  assertEquals((await project.sync()).changes, []);
  assertEquals(await project.names(), ["02-a.ipynb", "02-a.ts"]);
});

Deno.test("a notebook alone: the source is extracted, and a second sync does nothing", async () => {
  await using project = await Project.inStep();
  await Deno.remove(project.path("ts"));
  const result = await project.sync();
  assertEquals(result.changes, ["extracted notebooks/02-a.ts from notebooks/02-a.ipynb"]);
  const { metadata, cells } = parsePercent(await project.source(), "02-a.ts");
  assertEquals(metadata["offprint"], { paper: null });
  assertEquals(cells, parsePercent(SOURCE, "02-a.ts").cells);
  assertEquals(await project.outputs(), "title first! second!");
  assertEquals((await project.sync()).changes, []);
});

Deno.test("changed in the source: rebuilt, unchanged cells keep their outputs", async () => {
  await using project = await Project.inStep();
  await project.write("ts", SOURCE.replace("[first, 2]", "[first, 3]").replace("# Title", "# T"));
  const { changes } = await project.sync();
  assertEquals(changes, [
    'rebuilt cells "title", "second" in notebooks/02-a.ipynb; 1 of them lost its outputs',
  ]);
  assertEquals(await project.outputs(), "title first! second");
});

Deno.test("edited in Jupyter: carried into the source, formatted, outputs kept", async () => {
  await using project = await Project.inStep();
  await project.edit(({ cells, metadata }) => {
    metadata["language_info"] = { name: "typescript", version: "6.0.3" };
    cells[0]!.source = "# Title\n\nIt has a text.";
    cells[1]!.source = "const first   = 7";
    cells[1]!.metadata["scrolled"] = true;
    cells.push({ ...structuredClone(cells[1]!), id: "0f3a", source: "first +   1" });
  });
  const { changes } = await project.sync();
  assertEquals(changes, [
    'carried cells "title", "first", "cell-0f3a" into notebooks/02-a.ts',
  ]);
  assertEquals(
    await project.source(),
    SOURCE.replace("# Title", "# Title\n//\n// It has a text.").replace("first = 1", "first = 7") +
      '\n// %% id="cell-0f3a"\nfirst + 1;\n',
  );
  assertEquals(await project.outputs(), "title first! second! cell-0f3a!");
  const { cells, metadata } = await project.notebook();
  assertEquals(cells[1]!.source, "const first = 7;");
  assertEquals([cells[1]!.metadata, metadata["language_info"]], [{}, undefined]);
  assertEquals((await project.sync()).changes, []);
});

Deno.test("cells deleted and moved in Jupyter: carried", async () => {
  await using project = await Project.inStep();
  await project.edit(({ cells }) => cells.reverse());
  assertEquals((await project.sync()).changes, [
    "carried the order of cells into notebooks/02-a.ts",
  ]);
  await project.edit(({ cells }) => cells.pop());
  assertEquals((await project.sync()).changes, [
    'carried the deletion of cell "title" into notebooks/02-a.ts',
  ]);
  assertEquals(await project.outputs(), "second! first!");
});

Deno.test("both sides changed the same cell: refused, both places named, nothing written", async () => {
  await using project = await Project.inStep();
  await project.write("ts", SOURCE.replace("first = 1", "first = 2"));
  await project.edit(({ cells }) => cells[1]!.source = "const first = 3;");
  const before = [await project.source(), await Deno.readTextFile(project.path("ipynb"))];
  const error = await assertRejects(() => project.sync(), UserError);
  assertStringIncludes(
    error.message,
    '02-a: cell "first" at notebooks/02-a.ts:8 and notebooks/02-a.ipynb cells[1]: ' +
      'got "both halves changed since they were last in step", expected a change on one side only.',
  );
  assertEquals([await project.source(), await Deno.readTextFile(project.path("ipynb"))], before);
  assertEquals(await project.names(), ["02-a.ipynb", "02-a.ts"]);
});

Deno.test("both sides changed different cells: merged", async () => {
  await using project = await Project.inStep();
  await project.write("ts", SOURCE.replace("first = 1", "first = 2"));
  await project.edit(({ cells }) => cells[2]!.source = "[first, 5].map(String);");
  await project.sync();
  assertEquals(
    await project.source(),
    SOURCE.replace("first = 1", "first = 2").replace("[first, 2]", "[first, 5]"),
  );
  assertEquals(await project.outputs(), "title first second!");
});

Deno.test("an edit that deno fmt would merge with the next cell gets its semicolon", async () => {
  for (
    const edit of ["const first = () => 1 // one", "const first = 1\n", "let first = 1\nfirst"]
  ) {
    await using project = await Project.inStep();
    await project.edit(({ cells }) => cells[1]!.source = edit);
    await project.sync();
    const { cells } = parsePercent(await project.source(), "02-a.ts");
    assertEquals(cells.map(({ id }) => id), ["title", "first", "second"]);
    assert(/;(?: \/\/ one)?$/.test(cells[1]!.source), cells[1]!.source);
    assertEquals((await project.sync()).changes, []);
  }
});

Deno.test("a source whose cells deno fmt would merge is repaired", async () => {
  await using project = await Project.inStep();
  await project.write("ts", SOURCE.replace("first = 1;", "first = () => 1"));
  const { changes } = await project.sync();
  assertStringIncludes(changes[0]!, 'ended cells with ";" in notebooks/02-a.ts');
  assertEquals(await project.source(), SOURCE.replace("first = 1;", "first = () => 1;"));
});

Deno.test("an edit that is not valid TypeScript is carried as it is", async () => {
  await using project = await Project.inStep();
  await project.edit(({ cells }) => cells[1]!.source = "const first =   ");
  await project.sync();
  assertEquals(await project.source(), SOURCE.replace("const first = 1;", "const first =   "));
});

Deno.test("dry: told, not done", async () => {
  await using project = await Project.inStep();
  await project.write("ts", SOURCE.replace("first = 1", "first = 2"));
  const before = await Deno.readTextFile(project.path("ipynb"));
  const { changes, wroteIpynb } = await project.sync({ dry: true });
  assertEquals([changes.length, wroteIpynb], [1, true]);
  assertEquals(await Deno.readTextFile(project.path("ipynb")), before);
});

Deno.test("a generated notebook takes no edits from Jupyter", async () => {
  await using project = await Project.inStep();
  await project.edit(({ cells }) => cells[0]!.source = "# Mine");
  await assertRejects(
    () => project.sync({ generated: "data/papers" }),
    UserError,
    'got edits in cell "title", expected no edits: it is generated from data/papers',
  );
});

Deno.test("a notebook that is not JSON is named and left alone", async () => {
  await using project = await Project.with({ ts: SOURCE, ipynb: '{"cells": [' });
  await assertRejects(() => project.sync(), UserError, "notebooks/02-a.ipynb:1:12");
  assertEquals(await Deno.readTextFile(project.path("ipynb")), '{"cells": [');
});

Deno.test("a wrong setting in the header is named", async () => {
  await using project = await Project.with({ ts: SOURCE.replace("null", "3") });
  await assertRejects(
    () => project.sync(),
    UserError,
    "notebooks/02-a.ts: offprint.paper in the header: got 3",
  );
});

Deno.test("Markdown's hard line breaks survive both ways, and so do the ends of formulas", async () => {
  const prose =
    "Ada Lovelace  \nLondon   \\\nby the river\t  \nEngland \\\na &= b  \\\\\nlast line";
  await using project = await Project.with({
    ipynb: stringifyNotebook({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [
        { cell_type: "markdown", id: "address", metadata: {}, source: prose },
        {
          cell_type: "code",
          id: "one",
          metadata: {},
          source: "console.log( 1 );",
          execution_count: null,
          outputs: [],
        },
      ],
    }),
  });
  await project.sync();
  assertEquals((await project.notebook()).cells[0]!.source, prose);
  assertStringIncludes(await project.source(), "// Ada Lovelace  \\\n");
  assertStringIncludes(await project.source(), "// a &= b  \\\\\n"); // as a formula was written before
  assertEquals((await project.sync()).changes, []);
  // An edit in Jupyter is formatted by deno fmt on its way into the source.
  await project.edit((notebook) => notebook.cells[0]!.source = `${prose}  \nmore`);
  await project.sync();
  assertEquals((await project.notebook()).cells[0]!.source, `${prose}  \nmore`);
  assertEquals((await formatSource(await project.source()))!.text, await project.source());
});

Deno.test("a byte order mark in front of either half changes nothing", async () => {
  await using project = await Project.inStep();
  const [source, ipynb] = [await project.source(), await Deno.readTextFile(project.path("ipynb"))];
  await project.write("ts", `\ufeff${source}`);
  await project.write("ipynb", `\ufeff${ipynb}`);
  assertEquals((await project.sync()).changes, []);
  assertEquals(parsePercent(`\ufeff${source}`, "a.ts"), parsePercent(source, "a.ts"));
  assertEquals(parseNotebook(`\ufeff${ipynb}`, "a.ipynb"), parseNotebook(ipynb, "a.ipynb"));
});
