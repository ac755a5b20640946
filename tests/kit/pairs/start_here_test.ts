import { join } from "node:path";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Paper } from "offprint/notebook/claims/ledger.ts";
import { formatTypeScript, parseParameters, parsePercent } from "../../../lib/kit/pairs/mod.ts";
import {
  expectedStartHere,
  papersToday,
  startHere,
  writeStartHere,
} from "../../../lib/kit/pairs/start_here.ts";
import { ROOT } from "../../../lib/kit/project.ts";

const ready: Paper = {
  id: "02-ready",
  number: "02",
  title: "A Ready Paper",
  authors: ["Ada One", "Bo Two"],
  venue: "NeurIPS",
  year: 2024,
  arxiv: "2411.00841",
  summary: "It says something in " + "many words ".repeat(20) + "at last.",
  notebook: "02-ready",
  claims: [{
    id: "02.sum",
    where: "Theorem 1",
    statement: "a sum",
    kind: "identity",
    provenance: "derived",
    check: { rule: "equals", value: 3 },
  }],
};

const toCome: Paper = {
  ...ready,
  id: "03-later",
  number: "03",
  title: "Later: A Subtitle",
  authors: ["Ada", "Bo", "Cy", "Di"],
  venue: "arXiv",
  notebook: null,
  claims: [],
};

const text = startHere([ready, toCome]);

function cell(id: string): string {
  return parsePercent(text, "00.ts").cells.find((cell) => cell.id === id)!.source;
}

Deno.test("every paper is listed, with a link to its notebook or as to come", () => {
  const list = cell("papers");
  assertStringIncludes(list, "### 02 A Ready Paper");
  assertStringIncludes(
    list,
    "Ada One, Bo Two, NeurIPS 2024, [arXiv 2411.00841](https://arxiv.org/abs/2411.00841)",
  );
  assertStringIncludes(list, "**[Open the notebook](02-ready.ipynb)**");
  assertStringIncludes(list, "### 03 Later: A Subtitle\n\nAda and 3 others, 2024,");
  assertStringIncludes(list, "*Notebook to come.*");
  assert(!list.includes("03-later.ipynb"));
});

Deno.test("the title says how many papers run today, until all do", () => {
  assertStringIncludes(cell("title"), "# Offprint: two papers; 1 run today\n");
  assertEquals(papersToday([ready]), "one paper you can rerun");
  assertEquals(papersToday(Array(10).fill(toCome)), "ten papers; 0 run today");
  assertEquals(papersToday(Array(11).fill(ready)), "11 papers you can rerun");
});

Deno.test("claims are counted by paper and kind", () => {
  assertStringIncludes(
    cell("claims"),
    "| 02 A Ready Paper | 1 |  |  |  |\n| 03 Later |  |  |  |  |",
  );
});

Deno.test("it is formatted, and its parameters can be set", async () => {
  assertEquals(await formatTypeScript(text), text);
  assertEquals(parseParameters(cell("parameters")).map(({ name }) => name), ["bias", "seed"]);
});

Deno.test("the same ledger gives the same text", () => {
  assertEquals(startHere([ready, toCome]), text);
});

Deno.test("it is written once, only told when dry, and left out without a ledger", async () => {
  const root = await Deno.makeTempDir({ prefix: "offprint-start-" });
  try {
    await Deno.mkdir(join(root, "notebooks"));
    assertEquals(await writeStartHere(root), false);
    assertEquals(await expectedStartHere(root), undefined);
    await Deno.mkdir(join(root, "data", "papers"), { recursive: true });
    await Deno.writeTextFile(join(root, "data/papers/02-ready.json"), JSON.stringify(ready));
    assertEquals(await writeStartHere(root, { dry: true }), true);
    assertEquals(await Array.fromAsync(Deno.readDir(join(root, "notebooks"))), []);
    assertEquals(await writeStartHere(root), true);
    assertEquals(await writeStartHere(root), false);
    assertEquals(
      await Deno.readTextFile(join(root, "notebooks/00-start-here.ts")),
      startHere([ready]),
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("the project's own ledger gives a page with all its papers", async () => {
  const page = await expectedStartHere(ROOT);
  for await (const { name } of Deno.readDir(join(ROOT, "data/papers"))) {
    const { title } = JSON.parse(await Deno.readTextFile(join(ROOT, "data/papers", name)));
    assertStringIncludes(page!, title);
  }
});
