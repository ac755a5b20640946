import { assertEquals } from "@std/assert";
import { withoutCellStyles } from "offprint/kit/site/markup/cell_styles.ts";
import { table } from "offprint/notebook/mod.ts";

Deno.test("tables lose the style of every cell, and nothing else", () => {
  const html = table([{ name: "<td>", value: 1.5 }, { name: "b", value: 20 }]).html();
  const lighter = withoutCellStyles(html);
  assertEquals(lighter.match(/<t[dh]\b[^>]*>/g), [
    '<th scope="col">',
    '<th scope="col" class="n">',
    "<td>",
    '<td class="n">',
    "<td>",
    '<td class="n">',
  ]);
  assertEquals(
    lighter.replaceAll(' class="n"', ""),
    html.replaceAll(/(<t[dh]\b[^>]*?) style="[^"]*"/g, "$1"),
  );
  const other = '<td style="text-align:right">1</td>';
  assertEquals(withoutCellStyles(other), other);
});
