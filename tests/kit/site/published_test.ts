import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cardSvg } from "offprint/kit/site/card.ts";
import { CARD_FILE, publish } from "offprint/kit/site/published.ts";
import { pageDocument } from "offprint/kit/site/layout.ts";
import { Html } from "offprint/kit/site/markup/mod.ts";
import { papers } from "./fixture.ts";

const page = (title: string) =>
  pageDocument({
    title,
    description: 'says "so"',
    kind: "index-page",
    main: new Html("<p>text</p>"),
  });

Deno.test("a published site has previews, a card and a list of its pages; the rest stays as it is", () => {
  const before = new Map<string, string | Uint8Array>([
    ["index.html", page("All")],
    ["02-x.html", page("Two & more $& $1")],
    ["02-x.ipynb", "{}"],
    ["assets/a.html", "not a page"],
  ]);
  const files = new Map(before);
  const card = new Uint8Array([1, 2]);
  publish(files, { address: "https://example.org/papers/", card });

  const two = files.get("02-x.html") as string;
  for (
    const tag of [
      '<meta property="og:title" content="Two &amp; more $&amp; $1">',
      '<meta property="og:description" content="says &quot;so&quot;">',
      '<meta property="og:url" content="https://example.org/papers/02-x.html">',
      '<meta property="og:image" content="https://example.org/papers/card.png">',
      '<link rel="canonical" href="https://example.org/papers/02-x.html">',
    ]
  ) assertStringIncludes(two, tag);
  const [head, body] = two.split("</head>");
  assert(head!.includes("og:image") && !body!.includes("og:image"));
  const removed = two.replace(/<link rel="canonical"[^]*?(?=<\/head>)/, "");
  assertEquals(removed, before.get("02-x.html"));

  assertStringIncludes(
    files.get("index.html") as string,
    'og:url" content="https://example.org/papers/"',
  );
  assertEquals(files.get(CARD_FILE), card);
  assertEquals(files.get("assets/a.html"), "not a page");
  assertEquals(files.get("02-x.ipynb"), "{}");
  const map = files.get("sitemap.xml") as string;
  assertEquals([...map.matchAll(/<loc>([^<]*)/g)].map(([, address]) => address), [
    "https://example.org/papers/",
    "https://example.org/papers/02-x.html",
  ]);
});

Deno.test("the card counts every claim once, and a long title ends after a word", () => {
  const [paper] = papers();
  const long = {
    ...paper!,
    title: "Many words that make a very long title of a paper, much too long",
  };
  const verdicts = ["holds", "holds", "shown", "not shown", "not run"] as const;
  const claims = verdicts.map((verdict, i) => ({
    id: `c${i}`,
    kind: "identity" as const,
    verdict,
    measured: null,
    published: null,
  }));
  const report = {
    papers: [{ id: long.id, ok: true, seconds: 1, cells: 1, errors: [], claims }],
  };
  const svg = cardSvg([long], report);
  for (const words of ["2 hold", "1 shown", "1 not shown", "1 not run here"]) {
    assertStringIncludes(svg, `>${words}</text>`);
  }
  assertStringIncludes(svg, "Many words that make a very long title of a ...");
});
