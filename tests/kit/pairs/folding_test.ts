import { assertEquals } from "@std/assert";
import type { CodeCell, Json } from "offprint/kit/nbformat.ts";
import { foldedAs, withFolding, withoutFolding } from "offprint/kit/pairs/folding.ts";
import {
  buildNotebook,
  fromJupyter,
  mergePair,
  parseNotebook,
  stringifyNotebook,
} from "offprint/kit/pairs/mod.ts";

function cell(metadata: Record<string, Json>): CodeCell {
  return { cell_type: "code", id: "a", metadata, source: "", execution_count: null, outputs: [] };
}

Deno.test("cells that import, draw or check fold; others do not", () => {
  assertEquals(foldedAs(cell({ tags: ["native", "drawing"] })), "Code that draws");
  assertEquals(foldedAs(cell({ tags: ["imports"] })), "Imports");
  assertEquals(foldedAs(cell({ tags: ["parameters"] })), undefined);
  assertEquals(
    foldedAs({ ...cell({ tags: ["check"] }), cell_type: "markdown" } as never),
    undefined,
  );
});

Deno.test("source_hidden follows the tags, and other settings of Jupyter stay", () => {
  const folded = cell({ tags: ["check"], jupyter: { outputs_hidden: true } });
  const onDisk = withFolding(folded);
  assertEquals(onDisk.metadata["jupyter"], { outputs_hidden: true, source_hidden: true });
  assertEquals(withoutFolding(onDisk), folded);
  const plain = cell({ jupyter: { source_hidden: true } });
  assertEquals(withFolding(plain), cell({}));
});

Deno.test("a notebook on disk folds its cells; opening one in JupyterLab is no edit", () => {
  const text = '// ---\n// jupyter: {}\n// ---\n\n// %% id="a" tags=["imports"]\nlet x = 1;\n';
  const built = buildNotebook(text, "n.ts");
  const file = stringifyNotebook(built);
  assertEquals(JSON.parse(file).cells[0].metadata, {
    jupyter: { source_hidden: true },
    tags: ["imports"],
  });
  assertEquals(parseNotebook(file, "n.ipynb"), built);
  const opened = file.replace('"source_hidden": true', '"source_hidden": false');
  const merged = mergePair(built, fromJupyter(parseNotebook(opened, "n.ipynb")));
  assertEquals(merged.kind === "merged" && merged.carried, []);
});
