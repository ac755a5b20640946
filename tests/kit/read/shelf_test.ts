import { join } from "node:path";
import { assertEquals } from "@std/assert";
import { ROOT } from "offprint/kit/project.ts";
import { Shelf } from "offprint/kit/read/mod.ts";

Deno.test("a page that is rendered ahead, cell by cell, is the page: asked for in the middle of that, and after it", async () => {
  const folder = join(ROOT, "notebooks"), id = "90-language-models";
  const [shelf, other] = await Promise.all([Shelf.open(folder), Shelf.open(folder)]);
  const ending = new AbortController();
  const ahead = [shelf, other].map((each) => each.prepare(id, ending.signal));
  const asked = shelf.page(id);
  assertEquals(asked?.includes('id="cell-idea-next"'), true);
  // A few cells of the other one are rendered; what is left of them is done when it is asked for.
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setTimeout(resolve));
  assertEquals(other.page(id), asked);
  ending.abort();
  await Promise.all(ahead);
  assertEquals([shelf.page(id), other.page(id)], [asked, asked]);
});
