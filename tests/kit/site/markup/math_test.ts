import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Marked } from "marked";
import { mathExtension, renderMath } from "offprint/kit/site/markup/math.ts";

/** How many formulas a line of prose has. */
function count(source: string): number {
  const html = new Marked(mathExtension()).parse(source, { async: false });
  return html.match(/<annotation/g)?.length ?? 0;
}

Deno.test("displayed formulas are numbered and can be linked to, where the page counts them", () => {
  const source = "$$a$$\n\ntext $b$ and\n\n$$c$$";
  const html = new Marked(mathExtension({ equations: 4 })).parse(source, { async: false });
  assertEquals(html.match(/id="eq-\d+"/g), ['id="eq-5"', 'id="eq-6"']);
  assertStringIncludes(html, 'href="#eq-6" aria-label="Equation 6">(6)</a></div>');
  const plain = new Marked(mathExtension()).parse(source, { async: false });
  assert(!plain.includes("eq-"));
});

Deno.test("dollars around a formula make it one, dollars before prices do not", () => {
  for (
    const [source, expected] of [
      ["the $x$-axis", 1],
      ["($\\alpha$), $\\beta$; $a$.", 3],
      ["between $5 and $10", 0],
      ["$5-$10", 0],
      ["a $ b $ c", 0],
      ["escaped \\$x\\$", 0],
      ["`$x$` is code", 0],
      ["$a_1 * b_2 * c_3$ and $d_4 * e$", 2],
      ["**bold $x$**", 1],
      ["over two $a +\nb$ lines", 1],
      ["$a\n\nb$", 0],
      ["$\\$5$", 1],
      ["($x$) and “$y$”", 2],
      ["[a $x$](#b)", 1],
      ["[$x$](#b)", 1],
      ["($5 or $10)", 0],
    ] as const
  ) assertEquals(count(source), expected, source);
});

Deno.test("a full stop or bracket behind a formula is set in the formula's last box", () => {
  const source = "It costs $T^{2/3}$. So ($x$), $y$-axis and $z$ too: $\\nosuch$.";
  const html = new Marked(mathExtension()).parse(source, { async: false });
  const formulas = [...html.matchAll(/<annotation[^>]*>(.*?)<\/annotation>/g)].map(([, tex]) =>
    tex
  );
  assertEquals(formulas, ["T^{2/3}\\text{.}", "x\\text{),}", "y", "z"]);
  const words = html.replace(/<math.*?<\/math>/g, "").replace(/<[^>]+>/g, "");
  assertStringIncludes(words, "-axis and z too: Formula that cannot be shown:");
});

Deno.test("displayed formulas stand in paragraphs, between them, in lists and in environments", () => {
  for (
    const source of [
      "$$x = 1$$",
      "$$\nx = 1\n$$",
      "text\n$$\nx = 1\n$$\nmore text",
      "text $$x = 1$$ more",
      "- item\n\n  $$\n  x = 1\n  $$",
      "\\begin{align}\nx &= 1\\\\\ny &= 2\n\\end{align}",
      "text\n\\begin{equation*}x\\end{equation*}",
    ]
  ) {
    const html = new Marked(mathExtension()).parse(source, { async: false });
    assertEquals(html.match(/class="katex-display"/g)?.length, 1, source);
    assert(!html.includes("$$"), source);
    assert(!html.includes("\\begin{align}\n<"), source);
  }
});

Deno.test("text around a displayed formula stays", () => {
  const html = new Marked(mathExtension()).parse("before\n$$\nx\n$$\nafter", { async: false });
  assertStringIncludes(html, "<p>before</p>");
  assertStringIncludes(html, "<p>after</p>");
});

Deno.test("a formula that cannot be set is shown with what is wrong, escaped", () => {
  const html = renderMath("\\frac{a}{<b>", false);
  assertStringIncludes(html, "\\frac{a}{&lt;b&gt;");
  assertStringIncludes(html, "cannot be shown");
  assertStringIncludes(html, "Unexpected end of input");
  assert(!html.includes("<b>"));
  assertStringIncludes(renderMath("\\nosuch", true), "\\nosuch");
});

Deno.test("the rest of the page survives a bad formula", () => {
  const html = new Marked(mathExtension()).parse("one $\\frac{1$ two $x$", { async: false });
  assertStringIncludes(html, "cannot be shown");
  assertStringIncludes(html, "two ");
  assertEquals(html.match(/class="katex"/g)?.length, 1);
});

Deno.test("formulas are readable without the drawing: MathML and the LaTeX are beside it", () => {
  const html = renderMath("\\mathrm{TV}(p, q)", false);
  assertStringIncludes(html, "<math");
  assertStringIncludes(html, "\\mathrm{TV}(p, q)</annotation>");
});

Deno.test("LaTeX cannot make links or load pictures", () => {
  assertStringIncludes(renderMath("\\href{javascript:alert(1)}{x}", false), "\\href");
  assert(!/href="javascript/.test(renderMath("\\href{javascript:alert(1)}{x}", false)));
  assert(!/<img/.test(renderMath("\\includegraphics{https://example.org/x.png}", false)));
});

Deno.test("an opening bracket stays on the formula's line", () => {
  const html = new Marked(mathExtension()).parse("so ($x$) it (is)", { async: false });
  assertStringIncludes(html, 'so <span class="held">(<span class="katex">');
  assertStringIncludes(html, "</span> it (is)</p>");
});
