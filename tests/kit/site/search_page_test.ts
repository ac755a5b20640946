import { assert, assertEquals } from "@std/assert";
import { placesOf, searchPage } from "offprint/kit/site/search_page.ts";
import { code, notebookOf, papers, prose } from "./fixture.ts";

Deno.test("every cell and every claim can be found, under the heading above it", () => {
  const [paper] = papers();
  const id = paper!.notebook!;
  const notebook = notebookOf([
    prose("intro", "## First\n\nSome words."),
    code("sum", "const a = 1;\n", []),
    prose("more", "No heading."),
    code("empty", "  ", []),
  ]);
  const places = placesOf([{ id, notebook }], papers());
  assertEquals(places.slice(0, 3), [
    { page: id, kind: "prose", href: `${id}.html#cell-intro`, title: "First", text: "Some words." },
    { page: id, kind: "code", href: `${id}.html#cell-sum`, title: "First", text: "const a = 1;" },
    { page: id, kind: "prose", href: `${id}.html#cell-more`, title: "First", text: "No heading." },
  ]);
  const claims = places.slice(3);
  assertEquals(claims.map(({ title }) => title), paper!.claims.map(({ id }) => id));
  assertEquals(claims[0]!.href, `index.html#claims-${paper!.number}`);
});

Deno.test("what can be found cannot end the element that holds it", () => {
  const text = "</script><script>alert(1)</script>";
  const place = { page: "x", kind: "code", href: "x.html", title: "t", text } as const;
  const page = searchPage([place]);
  const [, index] = /id="search-index">([^]*?)<\/script>/.exec(page)!;
  assertEquals(JSON.parse(index!), [place]);
  assert(!page.includes("alert(1)</script>"));
});
