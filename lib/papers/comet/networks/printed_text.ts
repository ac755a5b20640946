/**
 * Lines of text drawn with a font, to be read by the recogniser of printed text.
 *
 * @module
 */
import type * as ResvgModule from "@resvg/resvg-wasm";
import { packageFile } from "offprint/lm/corpora/mod.ts";
import { STRIP_HEIGHT, type TextStrip } from "offprint/ocr/mod.ts";
import { PACKAGES } from "./packages.ts";

const HEIGHT = STRIP_HEIGHT;

/** Draws lines of text in black on white, the fonts in turn. */
export async function drawLines(texts: readonly string[], folder: URL): Promise<TextStrip[]> {
  // Not a literal: Deno would otherwise download the package as soon as this file is loaded.
  const specifier: string = "@resvg/resvg-wasm";
  const { initWasm, Resvg } = await import(specifier) as typeof ResvgModule;
  drawer ??= initWasm(await packageFile(PACKAGES.drawer, "index_bg.wasm", folder));
  await drawer;
  const fonts: Uint8Array[] = [];
  for (const name of ["DejaVuSans", "DejaVuSerif"]) {
    fonts.push(await packageFile(PACKAGES.fonts, `ttf/${name}.ttf`, folder));
  }
  return texts.map((text, i) => {
    const family = ["DejaVu Sans", "DejaVu Serif"][i % 2]!, width = 24 + 20 * text.length;
    const shown = text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}"><rect width="100%" height="100%" fill="#fff"/><text x="8" y="34" font-family="${family}" font-size="28" fill="#000">${shown}</text></svg>`;
    const drawing = new Resvg(svg, { font: { fontBuffers: fonts, loadSystemFonts: false } });
    const { pixels } = drawing.render();
    drawing.free();
    // As wide as the text is, and a margin.
    const ends = Math.min(width, inkWidth(pixels, width) + 8);
    const values = new Float32Array(3 * HEIGHT * ends);
    for (let plane = 0; plane < 3; plane++) {
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 0; x < ends; x++) {
          const byte = pixels[4 * (y * width + x) + plane]!;
          values[(plane * HEIGHT + y) * ends + x] = byte / 127.5 - 1;
        }
      }
    }
    return { width: ends, values };
  });
}

let drawer: Promise<void> | undefined;

/** Columns from the left edge to the last dark pixel of an RGBA image. */
function inkWidth(pixels: Uint8Array, width: number): number {
  for (let x = width - 1; x >= 0; x--) {
    for (let y = 0; y < HEIGHT; y++) if (pixels[4 * (y * width + x)]! < 128) return x + 1;
  }
  return width;
}
