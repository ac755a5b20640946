/**
 * From SVG to PNG.
 *
 * @module
 */
import { loadResvg } from "./packages.ts";

/** The committed font; the drawings use no other. */
const FONT_FILE = new URL("../../../data/fonts/DejaVuSansMono.ttf", import.meta.url);

/** A picture in pixels. */
export interface Png {
  bytes: Uint8Array<ArrayBuffer>;
  /** What the bytes hold: red, green, blue and opacity of each pixel, row by row. */
  pixels: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
  /** Share of pixels that are dark (mean of red, green and blue below 128). */
  dark: number;
}

let font: Promise<Uint8Array> | undefined;

/**
 * Draws an SVG in pixels on white.
 *
 * @param scale pixels for each unit of the drawing. Default 2, so that small labels stay readable.
 */
export async function pngOf(svg: string, scale = 2): Promise<Png> {
  const { Resvg } = await loadResvg();
  font ??= Deno.readFile(FONT_FILE);
  const drawing = new Resvg(svg, {
    background: "#fff",
    fitTo: { mode: "zoom", value: scale },
    font: {
      fontBuffers: [await font],
      loadSystemFonts: false,
      defaultFontFamily: "DejaVu Sans Mono",
      monospaceFamily: "DejaVu Sans Mono",
      sansSerifFamily: "DejaVu Sans Mono",
      serifFamily: "DejaVu Sans Mono",
    },
  });
  const image = drawing.render();
  const { width, height } = image;
  const pixels = image.pixels.slice();
  let dark = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at]! + pixels[at + 1]! + pixels[at + 2]! < 3 * 128) dark++;
  }
  const bytes = image.asPng().slice();
  image.free();
  drawing.free();
  return { bytes, pixels, width, height, dark: dark / (width * height) };
}
