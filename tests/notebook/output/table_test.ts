import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { table } from "offprint/notebook/output/table.ts";
import { alignColumns, textWidth } from "offprint/notebook/output/text_columns.ts";

Deno.test("table: numbers stand on their points, text to the left, odd values by name", () => {
  const rows = [
    { name: "naïve", x: 1.5, n: 10, ok: true },
    { name: "日本", x: NaN, n: 2000, ok: false },
    { name: "c\nd", x: -Infinity, n: null },
    { name: null, x: 12, n: 3, extra: [1, 0.25] },
    { x: 1e-9, n: 4n },
  ];
  assertEquals(
    String(table(rows, { caption: "All kinds" })),
    [
      "All kinds",
      "name        x     n  ok   extra",
      "─────  ──────  ────  ───  ───────",
      "naïve     1.5    10  yes  –",
      "日本      NaN  2000  no   –",
      "c d        -∞     –  –    –",
      "–        12       3  –    1, 0.25",
      "–      1×10⁻⁹     4  –    –",
    ].join("\n"),
  );
});

Deno.test("table: columns, labels, digits and alignment as asked for", () => {
  const rows = [{ a: 1 / 3, b: 2, c: "x" }, { a: 20, b: 1 / 7, c: "yy" }];
  assertEquals(
    String(table(rows, {
      columns: [{ key: "c", label: "C", align: "right" }, { key: "a", digits: 2 }, "missing"],
    })),
    " C      a  missing\n──  ─────  ───────\n x   0.33  –\nyy  20     –",
  );
});

Deno.test("table: a head ends where the widest cell of its column ends", () => {
  const heads = (column: (number | null)[]) =>
    /<th[^>]*>([^<]*)<\/th>/.exec(table(column.map((x) => ({ x }))).html())![1];
  assertEquals(heads([123456, 0.5]), "x\u2008\u2007");
  assertEquals(heads([123456.5, 0.25]), "x\u2008\u2007\u2007");
  assertEquals(heads([12, 0.25]), "x");
  assertEquals(heads([11.5, 0.25]), "x");
  assertEquals(heads([1, 20]), "x");
  assertEquals(heads([1e-9, 0.25]), "x");
  assertEquals(heads([123456, null]), "x");
  assertEquals(
    String(table([{ x: 123456 }, { x: 0.5 }])),
    "       x\n────────\n  123456\n     0.5".replace("       x\n", "     x\n")
      .replace("  123456", "123456"),
  );
});

Deno.test("table: rows beyond the limit are counted, no rows are said", () => {
  const rows = Array.from({ length: 5 }, (_, i) => ({ i }));
  const short = table(rows, { limit: 2 });
  assertEquals(String(short), "i\n─\n0\n1\n… and 3 more rows");
  assertStringIncludes(short.html(), "… and 3 more rows");
  assertEquals(short.rows.length, 5);
  assertEquals(String(table([], { caption: "Empty" })), "Empty\n(no rows)");
  assertStringIncludes(table([]).html(), "(no rows)");
  assertThrows(() => table(rows, { limit: 0 }), RangeError, "got limit 0");
});

Deno.test("table: HTML is escaped and has a caption and column heads", () => {
  const html = table([{ "<i>": "<script>alert('x')</script>", y: 1 }], {
    caption: 'a "b" & c',
  }).html();
  assert(!html.includes("<script") && !html.includes("<i>"), html);
  assertStringIncludes(html, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  assertStringIncludes(html, ">a &quot;b&quot; &amp; c</caption>");
  assertStringIncludes(html, '<th scope="col" style="text-align:right');
  assertStringIncludes(html, 'aria-label="a &quot;b&quot; &amp; c"');
});

Deno.test("text columns count what a terminal shows", () => {
  assertEquals(textWidth("naïve"), 5);
  assertEquals(textWidth("nai\u0308ve"), 5);
  assertEquals(textWidth("日本"), 4);
  assertEquals(textWidth("🙂"), 2);
  assertEquals(textWidth(""), 0);
  assertEquals(alignColumns([]), "");
});
