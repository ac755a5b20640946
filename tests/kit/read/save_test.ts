/** Edits that a reader saves: into the source, by way of the pair. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { parseNotebook, stringifyNotebook } from "offprint/kit/pairs/mod.ts";
import { saveEdits } from "offprint/kit/read/save.ts";
import { Shelf } from "offprint/kit/read/mod.ts";
import { SAMPLE, SOURCE } from "./sample.ts";

Deno.test("saved edits are in both halves of the pair; what was not edited keeps what the file has by now", async () => {
  const root = await Deno.makeTempDir();
  try {
    const folder = join(root, "notebooks");
    await Deno.mkdir(folder);
    const [source, ipynb] = [join(folder, "02-sample.ts"), join(folder, "02-sample.ipynb")];
    await Deno.writeTextFile(source, SOURCE);
    await Deno.writeTextFile(ipynb, stringifyNotebook(SAMPLE));
    const foreign = { id: "opened-x", path: ipynb, notebook: SAMPLE };
    const shelf = await Shelf.open(folder, [foreign]);
    const session = shelf.session("02-sample")!;

    assertEquals(await saveEdits(root, session), "nothing was edited");
    assertEquals(await Deno.readTextFile(source), SOURCE);

    session.edit("sum", 'console.log( "new" )');
    await Deno.writeTextFile(source, SOURCE.replace('log("after")', 'log("later")'));
    assertStringIncludes(await saveEdits(root, session), "wrote sum to notebooks/02-sample.ts");
    const text = await Deno.readTextFile(source);
    assert(text.includes('console.log("new");') && text.includes('"later"'), text);
    const cells = new Map(
      parseNotebook(await Deno.readTextFile(ipynb), "x").cells.map((
        { id, source },
      ) => [id, source]),
    );
    assertEquals(cells.get("sum"), 'console.log("new");');
    assertEquals(cells.get("after"), 'console.log("later");');
    assertEquals(session.edited.size, 0);

    session.insert({ id: "new-00000001", after: "sum" });
    session.insert({ id: "new-00000002", after: "sum" });
    session.edit("new-00000001", "const added=1;");
    assertStringIncludes(await saveEdits(root, session), "wrote new-00000001");
    const after = parseNotebook(await Deno.readTextFile(ipynb), "x").cells;
    const at = after.findIndex(({ id }) => id === "sum") + 1;
    assertEquals([after[at]!.id, after[at]!.source], ["new-00000001", "const added = 1;"]);
    assertEquals(after.length, SAMPLE.cells.length + 1, "an empty cell is not written");
    assertEquals(session.inserted.length, 0);

    const other = shelf.session("opened-x")!;
    other.edit("sum", "1;");
    await assertRejects(() => saveEdits(root, other), UserError, "opened by its path");
    await shelf.close();
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
