/**
 * Style sheets and fonts of the site, so that it needs no network.
 *
 * @module
 */
import "katex"; // fetches the package, whose files are then read
import { DARK_THEME, LIGHT_THEME } from "offprint/notebook/figures/palette.ts";

/** Name under the site's folder → content: our style sheet, and KaTeX's with its WOFF2 fonts and licence. */
export async function assetFiles(): Promise<Map<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>();
  files.set("assets/style.css", await styleSheet());

  // The package's main module lies in its dist/ folder, beside the style sheet and fonts/. This
  // holds in Deno's cache as well as in a node_modules folder.
  const dist = new URL("./", import.meta.resolve("katex"));
  const css = await Deno.readTextFile(new URL("katex.min.css", dist));
  const fonts = new Set<string>();
  // Of the three formats each font comes in, every browser since 2016 reads the first, the
  // smallest.
  const reduced = css.replace(/src:(url\(fonts\/([\w-]+\.woff2)\) format\("woff2"\))[^;}]*/g, (
    _all,
    source,
    font,
  ) => {
    fonts.add(font);
    return `src:${source}`;
  });
  files.set("assets/katex/katex.css", reduced);
  files.set("assets/katex/LICENSE", await Deno.readTextFile(new URL("../LICENSE", dist)));
  for (const font of [...fonts].sort()) {
    files.set(`assets/katex/fonts/${font}`, await Deno.readFile(new URL(`fonts/${font}`, dist)));
  }
  return files;
}

/** The parts of our style sheet, in order: later ones may override earlier ones. */
const STYLES = ["base", "frame", "paper", "cells", "claims", "index", "print"];

/** Our style sheet, with the colours of figures from the palette notebooks draw with. */
async function styleSheet(): Promise<string> {
  const parts = await Promise.all(
    STYLES.map((name) => Deno.readTextFile(new URL(`./style/${name}.css`, import.meta.url))),
  );
  const series = LIGHT_THEME.series.map((light, i) =>
    `  --offprint-series-${i + 1}: light-dark(${light}, ${DARK_THEME.series[i]});\n`
  );
  return `${parts.join("\n")}\n:root {\n${series.join("")}}\n`;
}
