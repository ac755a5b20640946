import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Anchors, slug } from "offprint/kit/site/markup/ids.ts";
import { escapeHtml } from "offprint/kit/site/markup/html.ts";
import { linkResolver } from "offprint/kit/site/links.ts";
import { renderMarkdown } from "offprint/kit/site/markup/markdown.ts";

const pages = ["02-specdec-theory", "04-gradient-entanglement"];

function render(source: string) {
  const { html, headings } = renderMarkdown(source, {
    anchors: new Anchors(["taken"]),
    numbers: { equations: 0, figures: 0 },
    resolve: linkResolver(pages),
  });
  return { html: html.text, headings };
}

Deno.test("headings are anchors, each with a name of its own", () => {
  const { html, headings } = render(
    "# One\n\n## Same\n\n## Same\n\n### Taken\n\n## $x^2$ & *more*",
  );
  assertEquals(headings.map(({ anchor }) => anchor), [
    "one",
    "same",
    "same-2",
    "taken-2",
    "x-2-more",
  ]);
  assertEquals(headings.map(({ level }) => level), [1, 2, 2, 3, 2]);
  assertStringIncludes(html, '<h2 id="same-2">');
  assertStringIncludes(html, 'href="#same-2"');
});

Deno.test("a heading's entry in the contents holds no link and no id", () => {
  const { headings: [heading] } = render(
    "## See [the paper](https://arxiv.org/abs/1) <b id='x'>now</b>",
  );
  assert(!/<a |id=/.test(heading!.label.text.replace(/id='x'/, "")));
  assertEquals(heading!.text, "See the paper now");
});

Deno.test("headings of one word only of symbols get an anchor too", () => {
  assertEquals(slug("?!"), "section");
  assertEquals(slug("Größe – ½ Zeichen’s"), "größe-1-2-zeichens");
});

Deno.test("links between notebooks lead to pages, links to nowhere lose the link", () => {
  const { html } = render([
    "[a](04-gradient-entanglement.ipynb)",
    "[b](./02-specdec-theory.ts#Theorem-1)",
    "[c](https://arxiv.org/abs/2411.00841)",
    "[d](#Theorem-1)",
    "[e](../lib/stats.ts)",
    "[f](javascript:alert(1))",
    "[g](99-unknown.ipynb)",
  ].join(" "));
  assertStringIncludes(html, '<a href="04-gradient-entanglement.html">a</a>');
  assertStringIncludes(html, '<a href="02-specdec-theory.html#theorem-1">b</a>');
  assertStringIncludes(html, '<a href="https://arxiv.org/abs/2411.00841">c</a>');
  assertStringIncludes(html, '<a href="#theorem-1">d</a>');
  assertStringIncludes(html, " e ");
  assertStringIncludes(html, " f ");
  assertStringIncludes(html, " g</p>");
  assert(!html.includes("javascript"));
});

Deno.test("pictures from elsewhere are linked, not loaded", () => {
  const { html } = render(
    '![remote](https://example.org/a.png) ![inside](data:image/png;base64,AAAA) <img src="//example.org/b.png" alt="raw">',
  );
  assertStringIncludes(html, '<a href="https://example.org/a.png">remote</a>');
  assertStringIncludes(html, '<img src="data:image/png;base64,AAAA" alt="inside">');
  assertStringIncludes(html, '<img alt="raw">');
});

Deno.test("our own raw HTML is kept, code in fences is escaped and coloured", () => {
  const { html } = render("<kbd>Ctrl</kbd>\n\n```ts\nconst a = '<b>';\n```\n\n```\n<plain>\n```\n");
  assertStringIncludes(html, "<kbd>Ctrl</kbd>");
  assertStringIncludes(html, '<span class="hljs-keyword">const</span>');
  assertStringIncludes(html, "&lt;b&gt;");
  assertStringIncludes(html, "&lt;plain&gt;");
});

Deno.test("a table scrolls in a box the keyboard reaches", () => {
  const { html } = render("| a | b |\n| --- | ---: |\n| 1 | 2 |");
  assertEquals(html.match(/<div class="scroll" tabindex="0"/g)?.length, 1);
  assertEquals(html.match(/<\/table><\/div>/g)?.length, 1);
});

Deno.test("prose nested too deeply is shown as it was typed, and costs no site", () => {
  const nested = [
    "> ".repeat(20_000) + "a",
    "- ".repeat(20_000) + "a",
    Array.from({ length: 3000 }, (_, i) => " ".repeat(2 * i) + "- a").join("\n"),
    "[".repeat(50_000),
    "*_".repeat(20_000) + "a",
    "*a ".repeat(20_000),
    "**a ".repeat(5000) + "b** ".repeat(5000),
    "![".repeat(20_000),
  ];
  for (const source of nested) {
    const { html } = render(source);
    assertEquals(html, `<pre>${escapeHtml(source)}</pre>\n`);
  }
  // What people write is not touched by that.
  const usual = [
    "---",
    "* * *",
    "-".repeat(500),
    "> > > a",
    "- - a",
    "a ** b ** c",
    "  ".repeat(20) + "x",
  ];
  for (const source of usual) {
    assertEquals(render(source).html.includes(`<pre>${source}`), false, source);
  }
});
