import { assertAlmostEquals, assertEquals } from "@std/assert";
import { STRIP_HEIGHT, stripOf } from "../../lib/ocr/strips.ts";

/** A picture whose red rises from left to right and whose green from top to bottom. */
function slopes(width: number, height: number) {
  const pixels = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set([2 * x, 3 * y, 0, 255], 4 * (y * width + x));
  }
  return { width, height, pixels };
}

Deno.test("a box is scaled to 48 rows, its pixels between those of the picture", () => {
  const strip = stripOf(slopes(100, 80), { left: 10, top: 20, right: 70, bottom: 44 });
  assertEquals(strip.width, 120);
  const at = (plane: number, x: number, y: number) =>
    127.5 * (strip.values[(plane * STRIP_HEIGHT + y) * strip.width + x]! + 1);
  // Twice as large: the middle of pixel x lies at 10 + (x + .5) / 2 − .5 of the picture.
  for (const [x, y] of [[0, 0], [31, 7], [119, 47]] as const) {
    assertAlmostEquals(at(0, x, y), 2 * (10 + (x + 0.5) / 2 - 0.5), 1e-4);
    assertAlmostEquals(at(1, x, y), 3 * (20 + (y + 0.5) / 2 - 0.5), 1e-4);
  }
  assertEquals(at(2, 60, 20), 0);
});

Deno.test("a short box stands in the middle of white", () => {
  const strip = stripOf(slopes(100, 80), { left: 0, top: 0, right: 24, bottom: 24 });
  assertEquals(strip.width, 96);
  const blue = (x: number) => strip.values[(2 * STRIP_HEIGHT + 20) * 96 + x];
  assertEquals([blue(23), blue(24), blue(71), blue(72)], [1, -1, -1, 1]);
});
