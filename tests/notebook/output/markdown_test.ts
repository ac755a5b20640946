import { assertEquals } from "@std/assert";
import { md } from "offprint/notebook/output/markdown.ts";

Deno.test("md takes off shared indentation and keeps LaTeX as written", () => {
  const text = md`
    Then $\frac{1}{2} \\ \alpha$ for \`code\` and \${x}:

      * deeper ${2 / 3}
    * less
  `;
  assertEquals(
    String(text),
    "Then $\\frac{1}{2} \\\\ \\alpha$ for `code` and ${x}:\n\n  * deeper 0.6667\n* less",
  );
});

Deno.test("md: values keep their own lines and do not move the others", () => {
  const rows = "| a |\n|---|\n| 1 |";
  assertEquals(
    String(md`
      Before
      ${rows}
        ${7}
    `),
    "Before\n| a |\n|---|\n| 1 |\n  7",
  );
  assertEquals(String(md`${1e-9} ${"s"} ${true} ${10n}`), "1×10⁻⁹ s true 10");
});

Deno.test("md: lines, one line, nothing", () => {
  assertEquals(String(md("a", "", "b")), "a\n\nb");
  assertEquals(String(md("a")), "a");
  assertEquals(String(md()), "");
  assertEquals(String(md`one line`), "one line");
});
