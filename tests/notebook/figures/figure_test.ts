import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  Figure,
  leastWidth,
  SMALLEST_LETTERS,
  smallestLetters,
} from "offprint/notebook/figures/figure.ts";

const pictureOf = (rest: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="40" class="block">` +
  `<style>.block text{font-size:10px;fill:#000}.block .slice{font-size:8px}</style>${rest}</svg>`;

Deno.test("a picture whose letters are small is kept wide enough to be read", () => {
  const plain = pictureOf("<text>clk</text>");
  assertEquals(smallestLetters(plain), 10);
  // A rule of style for something that the picture does not have is no letter.
  assertEquals(smallestLetters(pictureOf('<text class="slice end">3:2</text>')), 8);
  assertEquals(smallestLetters(pictureOf('<text font-size="6">a</text>')), 6);
  assertEquals(smallestLetters("<svg><text>a</text></svg>"), SMALLEST_LETTERS);
  assertEquals(leastWidth(600, 8), 750);
  const { "text/html": html } = new Figure({ title: "Blocks", alt: "One." }, plain, 600, undefined)
    .bundle();
  assertStringIncludes(String(html), "min-width:600px");
});
