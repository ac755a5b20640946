import * as Plot from "@observablehq/plot";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { leastWidth, SMALLEST_LETTERS } from "offprint/notebook/figures/figure.ts";
import { plot } from "offprint/notebook/figures/plot.ts";
import { figures } from "./figures.ts";

/** Set to write the snapshots anew; then look at them before committing. */
const UPDATE = Deno.env.get("OFFPRINT_UPDATE_SNAPSHOTS") === "1";

for (const [name, draw] of Object.entries(figures)) {
  Deno.test(`figure "${name}" is as in its snapshot, and the same when drawn again`, async () => {
    // Not named .svg: deno fmt would rewrite it.
    const file = new URL(`./snapshots/${name}.svg.snap`, import.meta.url);
    const { svg } = draw();
    if (UPDATE) await Deno.writeTextFile(file, svg);
    assertEquals(svg, await Deno.readTextFile(file));
    assertEquals(draw().svg, svg);
  });

  Deno.test(`figure "${name}" is well-formed, labelled and has ids of its own`, () => {
    const { svg } = draw();
    assertWellFormed(svg);
    const root = /^<svg [^>]*>/.exec(svg)![0];
    assertStringIncludes(root, ' xmlns="http://www.w3.org/2000/svg"');
    assertStringIncludes(root, ' role="img"');
    assertStringIncludes(root, "max-width:100%;height:auto");
    const [title, description] = /aria-labelledby="(\S+) (\S+)"/.exec(root)!.slice(1);
    assertStringIncludes(svg, `<title id="${title}">`);
    assertStringIncludes(svg, `<desc id="${description}">`);
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!);
    assertEquals(new Set(ids).size, ids.length);
    const key = title!.replace(/-title$/, "");
    for (const id of ids) assert(id.startsWith(`${key}-`), id);
    for (const [, target] of svg.matchAll(/url\(#([^)]+)\)/g)) {
      assert(ids.includes(target!), target);
    }
    const letters = [...svg.matchAll(/font-size[=:]"?([\d.]+)/g)].map((match) => Number(match[1]));
    assert(Math.min(...letters) >= SMALLEST_LETTERS, `letters of ${letters} pixels`);
    const width = Number(/ width="(\d+)"/.exec(root)![1]);
    assert(SMALLEST_LETTERS * leastWidth(width) / width >= 10, "letters too small on a phone");
    assert(!/NaN|undefined|\[object/.test(svg.replace(/<text[^]*?<\/text>/g, "")), "broken values");
  });
}

/** Fails unless tags are balanced and no raw markup stands in text or attributes. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  const rest = svg.replace(/<(\/?)([a-zA-Z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>/g, (
    _all,
    close: string,
    name: string,
    _attributes: string,
    empty: string,
  ) => {
    if (close) assertEquals(open.pop(), name);
    else if (!empty) open.push(name);
    return "";
  });
  assertEquals(open, []);
  assert(!/[<>]/.test(rest), rest.match(/.{0,40}[<>].{0,40}/)?.[0]);
  assert(!/&(?!(?:amp|lt|gt|quot|#39);)/.test(rest), "raw ampersand");
}

Deno.test("figures drawn at different times do not share Plot's running ids", () => {
  const before = figures.lines().svg;
  figures.facets();
  figures.lines();
  assertEquals(figures.lines().svg, before);
});

Deno.test("a bundle has the picture as HTML, as SVG and as text with its data", () => {
  const figure = figures.bars();
  const bundle = figure.bundle() as Record<string, string>;
  assertEquals(Object.keys(bundle), ["text/html", "image/svg+xml", "text/plain"]);
  assertEquals(bundle["image/svg+xml"], figure.svg);
  const html = bundle["text/html"]!;
  const source = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html)![1]!;
  assertEquals(new TextDecoder().decode(Uint8Array.fromBase64(source)), figure.svg);
  assertStringIncludes(
    html,
    'alt="Gain of &lt;b&gt;each&lt;/b&gt; rule &amp; &quot;quotes&quot;. Rule a',
  );
  assertStringIncludes(html, "<details><summary>Numbers behind this figure</summary>");
  assertStringIncludes(html, "naïve – Ω");
  assertEquals(
    bundle["text/plain"],
    'Gain of <b>each</b> rule & "quotes"\n\n' +
      "Rule a gains 12, rule hi loses 4.5, rule Ω gains 7.25.\n\n" +
      'name        gain\n─────────  ─────\na < b & c  12\nsay "hi"   -4.5\nnaïve – Ω   7.25',
  );
});

Deno.test("the data of a figure: given, of the first mark with rows, or none", () => {
  const words = { title: "t", alt: "a" };
  const text = (figure: { toString(): string }) => String(figure);
  const marks = [Plot.ruleY([0]), null, [Plot.dot([{ x: 1, y: 2 }], { x: "x", y: "y" })]];
  assertStringIncludes(text(plot({ ...words, marks })), "x  y\n─  ─\n1  2");
  assertStringIncludes(text(plot({ ...words, marks, data: [{ z: 9 }] })), "z\n─\n9");
  assertEquals(text(plot({ ...words, marks: [Plot.ruleY([0])] })), "t\n\na");
  const many = Array.from({ length: 500 }, (_, x) => ({ x, y: x }));
  assertStringIncludes(
    text(plot({ ...words, marks: [Plot.lineY(many, { x: "x", y: "y" })] })),
    "… and 440 more rows",
  );
});

Deno.test("colours, schemes and margins that the author chose are kept", () => {
  const rows = [{ x: 1, y: 1, k: "a" }, { x: 2, y: 123456, k: "b" }];
  const marks = [Plot.dot(rows, { x: "x", y: "y", fill: "k" })];
  const words = { title: "t", alt: "a", marks };
  assertStringIncludes(plot(words).svg, 'fill="#1f4fe0"');
  const own = plot({ ...words, color: { range: ["#ff0000", "#00ff00"] }, marginLeft: 99 }).svg;
  assertStringIncludes(own, 'fill="#ff0000"');
  assert(!own.includes("#1f4fe0"));
  assertStringIncludes(own, 'transform="translate(99,');
});

Deno.test("logarithmic axes label every tick that was asked for, and small numbers in full", () => {
  const rows = [{ x: 1, y: 0.002 }, { x: 64, y: 0.5 }];
  const { svg } = plot({
    title: "t",
    alt: "a",
    x: { type: "log", ticks: [1, 2, 4, 8, 16, 32, 64] },
    y: { type: "log" },
    marks: [Plot.dot(rows, { x: "x", y: "y" })],
  });
  const labels = [...svg.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map((match) => match[1]!);
  for (const label of ["1", "2", "4", "8", "16", "32", "64", "0.1", "0.01"]) {
    assert(labels.includes(label), `${label} in ${labels.join(" ")}`);
  }
});

Deno.test("odd data draw without an error: none, missing values, one point", () => {
  const words = { title: "t", alt: "a" };
  const rows = [{ x: 1, y: NaN }, { x: 2, y: null }, { x: 3, y: Infinity }];
  assertWellFormed(plot({ ...words, marks: [Plot.lineY([], { x: "x", y: "y" })] }).svg);
  assertWellFormed(plot({ ...words, marks: [Plot.dot(rows, { x: "x", y: "y" })] }).svg);
  assertWellFormed(plot({ ...words, marks: [] }).svg);
  assertWellFormed(
    plot({ ...words, color: { legend: true }, symbol: { legend: true }, marks: [Plot.frame()] })
      .svg,
  );
});

Deno.test("a figure needs words, and raster marks say that they need a browser", () => {
  assertThrows(() => plot({ title: " ", alt: "a" }), TypeError, 'plot: got title " "');
  assertThrows(
    () => plot({ title: "t", alt: undefined as unknown as string }),
    TypeError,
    "got alt",
  );
  assertThrows(
    () =>
      plot({
        title: "t",
        alt: "a",
        marks: [Plot.raster([1, 2, 3, 4], { width: 2, height: 2 })],
      }),
    Error,
    "raster marks need a browser",
  );
});
