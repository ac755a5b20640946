import { assert, assertEquals, assertGreaterOrEqual, assertStringIncludes } from "@std/assert";
import {
  DARK_THEME,
  LIGHT_THEME,
  type Theme,
  themeProperties,
  themeStyle,
} from "offprint/notebook/figures/palette.ts";

/** Linear light of a colour, red, green and blue from 0 to 1. */
function linear(colour: string): number[] {
  return [1, 3, 5].map((i) => {
    const c = parseInt(colour.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
}

function luminance(colour: string): number {
  const [r, g, b] = linear(colour);
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** Contrast ratio of WCAG 2. */
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

/** What a colour becomes for eyes without one kind of cone (Machado, Oliveira and Fernandes 2009). */
const EYES: Record<string, number[][]> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  "red-blind": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "green-blind": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  "blue-blind": [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Oklab coordinates, in which distances are about as large as they look. */
function oklab(rgb: number[]): number[] {
  const mix = (weights: number[]) => weights.reduce((sum, w, i) => sum + w * rgb[i]!, 0);
  const l = Math.cbrt(mix([0.4122214708, 0.5363325363, 0.0514459929]));
  const m = Math.cbrt(mix([0.2119034982, 0.6806995451, 0.1073969566]));
  const s = Math.cbrt(mix([0.0883024619, 0.2817188376, 0.6299787005]));
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function seen(colour: string, eye: number[][]): number[] {
  const rgb = linear(colour);
  return oklab(eye.map((row) => {
    const mixed = row.reduce((sum, weight, i) => sum + weight * rgb[i]!, 0);
    return Math.max(0, Math.min(1, mixed));
  }));
}

const THEMES: Record<string, Theme> = { light: LIGHT_THEME, dark: DARK_THEME };

for (const [name, theme] of Object.entries(THEMES)) {
  Deno.test(`${name} theme: text and series stand out from the page`, () => {
    assertGreaterOrEqual(contrast(theme.ink, theme.paper), 7);
    for (const colour of theme.series) assertGreaterOrEqual(contrast(colour, theme.paper), 3);
  });

  Deno.test(`${name} theme: series stay apart for every kind of eye`, () => {
    for (const [eye, matrix] of Object.entries(EYES)) {
      theme.series.forEach((a, i) => {
        for (const b of theme.series.slice(0, i)) {
          const distance = Math.hypot(...seen(a, matrix).map((x, k) => x - seen(b, matrix)[k]!));
          assert(distance > 0.09, `${a} and ${b} are ${distance.toFixed(3)} apart, ${eye}`);
        }
      });
    }
  });
}

Deno.test("both themes have as many series, and a style sheet only rules for those in use", () => {
  assertEquals(LIGHT_THEME.series.length, DARK_THEME.series.length);
  const css = themeStyle(".x", `<path stroke="${LIGHT_THEME.series[1]}"/>`);
  assertStringIncludes(
    css,
    `.x [stroke="${LIGHT_THEME.series[1]}"]{stroke:var(--offprint-series-2,`,
  );
  assert(!css.includes(LIGHT_THEME.series[0]!) && !css.includes("[fill="), css);
  assertEquals(themeProperties(DARK_THEME)["--offprint-series-1"], DARK_THEME.series[0]);
});
