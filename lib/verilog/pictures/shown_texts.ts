/**
 * The words in a drawing.
 *
 * @module
 */
import { readMarkup, textOf, within } from "./markup.ts";

/**
 * The texts of a drawing, from first to last; one that is drawn twice is listed twice.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { shownTexts } from "offprint/verilog/pictures/mod.ts";
 *
 * const svg = '<svg xmlns="http://www.w3.org/2000/svg"><text>clk</text><g><text> a [8]</text></g></svg>';
 * assertEquals(await shownTexts(svg), ["clk", "a [8]"]);
 * ```
 */
export async function shownTexts(svg: string): Promise<string[]> {
  return [...within(await readMarkup(svg), "text")].map((text) => textOf(text).trim());
}
