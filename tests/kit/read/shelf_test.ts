import { join } from "node:path";
import { assertEquals, assertStringIncludes } from "@std/assert";
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

Deno.test("a claim whose cell is older than the parameters is out of date, and no other", async () => {
  const id = "02-specdec-theory";
  const shelf = await Shelf.open(join(ROOT, "notebooks"));
  const session = shelf.session(id)!;
  assertEquals(shelf.claims(id).list.includes("out of date"), false);
  const marked = Promise.withResolvers<void>();
  shelf.listen(id, (event) => {
    if (event.type === "claims" && event.list.includes("out of date")) marked.resolve();
  });
  await session.change({ runs: "200" }, true);
  await marked.promise;
  const items = shelf.claims(id).list.split("<li ");
  const saying = (claim: string) => items.find((item) => item.includes(`"${claim}"`));
  assertStringIncludes(saying("02.simulation-sd")!, "as committed · out of date");
  const fresh = items.slice(1).filter((item) => !item.includes("out of date"));
  assertEquals(fresh.length > 0, true, "not every claim depends on runs");
  await shelf.close();
});
