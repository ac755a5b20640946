import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { finishRun } from "offprint/kit/runner/finish_run.ts";
import { buildSite } from "offprint/kit/site/mod.ts";
import { site } from "../site/fixture.ts";

Deno.test("a broken file of the ledger costs its own line, not the report and the site", async () => {
  const root = await Deno.makeTempDir({ prefix: "offprint-finish-" });
  const log = console.log;
  console.log = () => {};
  try {
    const ledger = pathToFileURL(`${root}/papers/`);
    await Deno.mkdir(ledger);
    await Deno.mkdir(join(root, "notebooks"));
    await Deno.writeTextFile(new URL("03-cut.json", ledger), '{ "id": "03-cut", "title": "Cu');
    const folders = { notebooks: join(root, "notebooks"), out: join(root, "out"), ledger };
    const broken = await finishRun([], folders, false);
    assertEquals(broken.length, 1);
    assertMatch(
      broken[0]!,
      /^data\/papers\/03-cut\.json: got .*position \d+.*, expected a JSON file\.$/,
    );
    assertEquals(JSON.parse(await Deno.readTextFile(join(root, "out/report.json"))), {
      papers: [],
    });
    assertMatch(await Deno.readTextFile(join(root, "out/site/index.html")), /<\/html>/);
  } finally {
    console.log = log;
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a site whose making is stopped leaves its folder as it was", async () => {
  const root = await Deno.makeTempDir({ prefix: "offprint-finish-" });
  try {
    await assertRejects(
      () => buildSite({ ...site(root), signal: AbortSignal.abort() }),
      DOMException,
    );
    assertEquals([...Deno.readDirSync(root)], []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
