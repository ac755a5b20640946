import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import type { Cell, Json } from "../../../lib/kit/nbformat.ts";
import {
  buildNotebook,
  cellDigest,
  defaultMetadata,
  mergeOutputs,
  notebookSettings,
  recordedSources,
  sourceMetadata,
  withoutOutputs,
} from "../../../lib/kit/pairs/mod.ts";

function source(settings: string, first = "1;"): string {
  return `// ---\n// jupyter: {"offprint":${settings}}\n// ---\n\n// %% id="a"\n${first}\n\n// %% [markdown] id="b"\n// text\n`;
}

const built = buildNotebook(source('{"paper":"02-a","cellSeconds":5,"exclusive":true}'), "02-a.ts");

Deno.test("a built notebook remembers its cells, in order, with pinned digests", () => {
  assertEquals(recordedSources(built), [
    { id: "a", digest: "e054f6d188911c31" },
    { id: "b", digest: "aad3f9df431222f8" },
  ]);
  assertEquals(
    recordedSources(built),
    built.cells.map((cell) => ({ id: cell.id, digest: cellDigest(cell) })),
  );
});

Deno.test("a digest follows text, tags and kind of a cell, not its outputs", () => {
  const [a] = built.cells as [Cell];
  const other = (change: Partial<Cell>) => cellDigest({ ...a, ...change } as Cell);
  assertNotEquals(other({ source: "2;" }), cellDigest(a));
  assertNotEquals(other({ metadata: { tags: ["slow"] } }), cellDigest(a));
  assertNotEquals(other({ cell_type: "markdown" }), cellDigest(a));
  assertEquals(other({ execution_count: 7 }), cellDigest(a));
});

Deno.test("the header comes back out of a built notebook", () => {
  assertEquals(sourceMetadata(built), {
    offprint: { paper: "02-a", cellSeconds: 5, exclusive: true },
  });
});

Deno.test("settings, given and default", () => {
  assertEquals(notebookSettings(built), { paper: "02-a", cellSeconds: 5, exclusive: true });
  const plain = { paper: null, cellSeconds: 120, exclusive: false };
  assertEquals(notebookSettings({ ...built, metadata: {} }), plain);
  assertEquals(notebookSettings({ ...built, metadata: defaultMetadata() }), plain);
});

const wrong: [settings: string, message: string][] = [
  ['{"paper":2}', "02-a.ts: offprint.paper in the header: got 2, expected the name of a file in"],
  ['{"cellSeconds":"5"}', 'offprint.cellSeconds in the header: got "5", expected seconds'],
  ['{"cellSeconds":-1}', "offprint.cellSeconds in the header: got -1"],
  ['{"exclusive":1}', "offprint.exclusive in the header: got 1, expected true or false"],
  ["[]", "02-a.ts: offprint in the header: got [], expected an object"],
];

for (const [settings, message] of wrong) {
  Deno.test(`a header with ${settings} is refused`, () => {
    assertThrows(() => buildNotebook(source(settings), "02-a.ts"), UserError, message);
  });
}

Deno.test("a list of sources that is not one counts as none", () => {
  for (const sources of [undefined, 1, ["a"], [1], ["a 123"]] as Json[]) {
    assertEquals(recordedSources({ ...built, metadata: { offprint: { sources } } }), undefined);
  }
});

Deno.test("outputs go to the cell of the same id and text, and can be taken off", () => {
  const output = { output_type: "stream" as const, name: "stdout" as const, text: "1\n" };
  const [a, b] = built.cells as [Cell, Cell];
  const executed = { ...a, outputs: [output], execution_count: 1 } as Cell;
  const committed = { ...built, cells: [executed, b] };
  assertEquals(mergeOutputs(built, committed).cells, [executed, b]);
  const changed = buildNotebook(source("{}", "2;"), "02-a.ts");
  assertEquals(mergeOutputs(changed, committed), changed);
  assertEquals(withoutOutputs(committed), built);
});
