import { assertEquals } from "@std/assert";
import { labelsFound } from "offprint/ocr/mod.ts";

Deno.test("a label that is printed twice must be read twice", () => {
  assertEquals(labelsFound(["clk", "clk", "rst"], ["clk", "rst"]).missing, ["clk"]);
  assertEquals(labelsFound(["clk", "clk"], ["clk clk"]).missing, []);
});

Deno.test("a label is no part of a word, and of a longer label only what that leaves", () => {
  assertEquals(labelsFound(["in"], ["data_in", "data in"]).found, 1);
  assertEquals(labelsFound(["in"], ["data_in", "pin"]).found, 0);
  assertEquals(labelsFound(["q", "q[7:0]"], ["q[7:0]"]), { labels: 2, found: 1, missing: ["q"] });
});

Deno.test("the words of a label follow each other in one line", () => {
  assertEquals(labelsFound(["in=1"], ["in = 1"]).found, 1);
  assertEquals(labelsFound(["in=1"], ["in", "1"]).found, 0);
  assertEquals(labelsFound(["in=1"], ["in=l"]).found, 0);
});
