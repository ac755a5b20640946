import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Output } from "offprint/kit/nbformat.ts";
import { Anchors } from "offprint/kit/site/markup/ids.ts";
import { printed, renderOutput } from "offprint/kit/site/markup/output.ts";
import { shows } from "../fixture.ts";

function render(output: Output): string {
  const numbers = { equations: 0, figures: 0 };
  const place = { anchors: new Anchors(), numbers, resolve: (href: string) => href };
  return renderOutput(output, "cell-x-1", place).text;
}

Deno.test("printed text: no colours, written-over lines as they end, controls made visible", () => {
  assertEquals(printed("\u001b[31mred\u001b[0m\n"), "red");
  assertEquals(printed("1/3\r2/3\r3/3\nend\r\n"), "3/3\nend");
  assertEquals(printed("50 %\r"), "50 %");
  assertEquals(printed("a\u0000b\tc"), "a\ufffdb\tc");
  assertEquals(printed("\u001b]8;;https://example.org\u0007link\u001b]8;;\u0007"), "link");
});

Deno.test("printed text: long lines and long runs of carriage returns take no longer than others", () => {
  assertEquals(printed("x".repeat(1_000_000)).length, 1_000_000);
  assertEquals(printed("\r".repeat(1_000_000)), "");
  assertEquals(printed("ab\r".repeat(300_000) + "\r\r\ncd"), "ab\ncd");
  assertEquals(printed("\rfirst\n\r\r\nlast"), "first\n\nlast");
});

Deno.test("a page shows the beginning of a very long output and says how much it leaves out", () => {
  const stream = (text: string) => render({ output_type: "stream", name: "stdout", text });
  const note = (html: string) => html.match(/<p class="output-cut">([^<]*)<\/p>/)?.[1];
  const kept = (html: string) => html.match(/<pre>([^]*)<\/pre>/)![1]!;
  const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i}`).join("\n");
  assertEquals(note(stream(lines(2000))), undefined);
  const many = stream(lines(2003));
  assertEquals(kept(many), lines(2000));
  assertEquals(
    note(many),
    "… 3 more lines, 15 characters are left out here; the notebook keeps them all.",
  );
  assertEquals(note(stream("x".repeat(200_000))), undefined);
  const wide = stream("x".repeat(200_001));
  assertEquals(kept(wide).length, 200_000);
  assertEquals(note(wide), "… 1 characters are left out here; the notebook keeps them all.");
  // A character of two code units is not cut in half.
  assertEquals(kept(stream("x".repeat(199_999) + "🙂🙂")).length, 199_999);
  for (const type of ["text/plain", "application/json"]) {
    assert(note(render(shows({ [type]: "y".repeat(300_000) }))) !== undefined, type);
  }
  const error = render({
    output_type: "error",
    ename: "Error",
    evalue: "short",
    traceback: [`Error: short\n${lines(5000)}`],
  });
  assert(error.length < 20_000);
  assertStringIncludes(error, "3000 more lines");
});

Deno.test("HTML with many tags that never close is read in one go", () => {
  for (const part of ["<a", '<img "', "<a ", "url(", "<a<"]) {
    const html = part.repeat(100_000);
    assertStringIncludes(render(shows({ "text/html": html, "image/svg+xml": "<svg/>" })), part);
  }
  const spaces = `<a${" ".repeat(100_000)}`;
  assertStringIncludes(render(shows({ "text/html": spaces })), "<a  ");
});

Deno.test("streams are escaped, and stderr says that it is one", () => {
  const out = render({ output_type: "stream", name: "stdout", text: "<script>1 & 2</script>\n" });
  assertStringIncludes(out, "<pre>&lt;script&gt;1 &amp; 2&lt;/script&gt;</pre>");
  assertStringIncludes(render({ output_type: "stream", name: "stderr", text: "oh" }), "stderr</p>");
  assertEquals(render({ output_type: "stream", name: "stdout", text: "\n" }), "");
});

Deno.test("an error shows its message once and its trace, escaped and without colours", () => {
  const html = render({
    output_type: "error",
    ename: "TypeError",
    evalue: "<b> is no number",
    traceback: ["\u001b[31mTypeError: <b> is no number\u001b[39m", "    at <anonymous>:1:1"],
  });
  assertStringIncludes(html, "<strong>TypeError: &lt;b&gt; is no number</strong>");
  assertStringIncludes(html, "at &lt;anonymous&gt;:1:1");
  assertEquals(html.match(/is no number/g)?.length, 1);
  assert(!html.includes("\u001b"));
});

Deno.test("an error without message or trace still shows its name", () => {
  const html = render({ output_type: "error", ename: "Error", evalue: "", traceback: [] });
  assertStringIncludes(html, "<strong>Error</strong></pre>");
});

Deno.test("the best form is shown: HTML, SVG, PNG, Markdown, JSON, text", () => {
  const forms: [string, string, string][] = [
    ["text/html", "<i>html</i>", "<i>html</i>"],
    ["image/svg+xml", "<svg><text>svg</text></svg>", "<svg>"],
    ["image/png", "AA\nAA", 'src="data:image/png;base64,AAAA"'],
    ["text/markdown", "**md**", "<strong>md</strong>"],
    ["application/json", '{"a":1}', "&quot;"],
    ["text/plain", "plain <x>", "plain &lt;x&gt;"],
  ];
  for (let i = 0; i < forms.length; i++) {
    const data = Object.fromEntries(forms.slice(i).map(([type, content]) => [type, content]));
    assertStringIncludes(render(shows(data)), forms[i]![2]);
  }
});

Deno.test("data for programs is never shown", () => {
  assertEquals(render(shows({ "application/vnd.offprint.claim+json": { id: "02.x" } })), "");
  const html = render(shows({
    "application/vnd.offprint.claim+json": { id: "02.secret" },
    "text/plain": "holds",
  }));
  assertStringIncludes(html, "holds");
  assert(!html.includes("secret"));
});

Deno.test("JSON is printed, LaTeX set, text that is a list of lines joined", () => {
  assertStringIncludes(
    render(shows({ "application/json": { a: ["<b>"] } })),
    "&quot;&lt;b&gt;&quot;",
  );
  assertStringIncludes(render(shows({ "text/latex": "$$x^2$$" })), 'class="katex-display"');
  assertStringIncludes(render(shows({ "text/plain": ["one\n", "two"] })), "<pre>one\ntwo</pre>");
});

Deno.test("a picture is described: by its metadata, else by its text", () => {
  const picture = { "image/png": "AAAA", "text/plain": 'two "lines"' };
  assertStringIncludes(render(shows(picture)), 'alt="two &quot;lines&quot;"');
  const described = shows(picture, { "image/png": { alt: "falling" } });
  assertStringIncludes(render(described), 'alt="falling"');
});

Deno.test("a figure's picture becomes part of the page", () => {
  const html = render(shows({
    "text/html":
      '<figure><img class="offprint-figure-image" src="data:image/svg+xml;base64,AAAA" alt="a > b"><figcaption>c</figcaption></figure>',
    "image/svg+xml":
      '<?xml version="1.0"?>\n<svg aria-labelledby="t $1"><title id="t">$&</title></svg>',
  }));
  assertStringIncludes(
    html,
    '<figure><div class="drawing"><svg aria-labelledby="cell-x-1--t $1"><title id="cell-x-1--t">$&</title></svg></div><figcaption>',
  );
});

Deno.test("a figure has a number; several in one output are parts of one figure", () => {
  const numbers = { equations: 0, figures: 0 };
  const labels = (html: string) => {
    const place = { anchors: new Anchors(), numbers, resolve: (href: string) => href };
    const { text } = renderOutput(shows({ "text/html": html }), "cell-x-1", place);
    return [...text.matchAll(/<figure id="([^"]*)".*?>(Figure [\d.]+)<\/a>/g)]
      .map(([, id, label]) => [id, label]);
  };
  const figure = '<figure class="offprint-figure"><figcaption>c</figcaption></figure>';
  assertEquals(labels(figure), [["fig-1", "Figure 1"]]);
  assertEquals(labels(figure + figure), [["fig-2-1", "Figure 2.1"], ["fig-2-2", "Figure 2.2"]]);
  assertEquals(labels("<p>no figure</p>"), []);
  assertEquals(labels(figure), [["fig-3", "Figure 3"]]);
});

Deno.test("a drawing knows how narrow it may become", () => {
  assertStringIncludes(
    render(shows({ "image/svg+xml": '<svg class="x" width="616" height="2"></svg>' })),
    '<div class="drawing" style="--least:514px"><svg class="x" width="616" height="2"></svg></div>',
  );
});

Deno.test("values without a form, and of statements, show nothing", () => {
  assertEquals(render(shows({})), "");
  assertEquals(render(shows({ "text/plain": "undefined" })), "");
  assertEquals(render(shows({ "text/html": " " })), "");
});
