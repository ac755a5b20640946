import { assert } from "@std/assert";
import { assetFiles } from "offprint/kit/site/assets.ts";

/** Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2). */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const value = parseInt(colour.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

/** The pair of colours of every custom property, light first. */
async function colours(): Promise<Map<string, [string, string]>> {
  const css = String((await assetFiles()).get("assets/style.css"));
  return new Map(
    [...css.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)/g)]
      .map((match) => [match[1]!, [match[2]!, match[3]!]]),
  );
}

const CODE = ["keyword", "string", "number", "comment", "name", "type"].map((n) => `code-${n}`);
const SERIES = [1, 2, 3, 4, 5, 6, 7].map((n) => `offprint-series-${n}`);

Deno.test("text has a contrast of 4.5 to what it stands on, in both themes", async () => {
  const pairs = await colours();
  const text: [ink: string, papers: string[]][] = [
    ["ink", ["paper", "surface", "raised"]],
    ["ink-soft", ["paper", "surface", "raised"]],
    ["link", ["paper", "surface"]],
    ["accent", ["paper"]],
    ["good-ink", ["good", "paper"]],
    ["shown-ink", ["shown", "paper"]],
    ["warn-ink", ["warn", "paper"]],
    ["bad-ink", ["bad", "paper"]],
    ["open-ink", ["open", "paper"]],
    ...CODE.map((name): [string, string[]] => [name, ["surface"]]),
  ];
  for (const [ink, papers] of text) {
    for (const paper of papers) {
      [0, 1].forEach((theme) => {
        const ratio = contrast(pairs.get(ink)![theme]!, pairs.get(paper)![theme]!);
        assert(ratio >= 4.5, `${ink} on ${paper}, ${["light", "dark"][theme]}: ${ratio}`);
      });
    }
  }
});

Deno.test("lines of figures and borders of controls have a contrast of 3", async () => {
  const pairs = await colours();
  for (const name of [...SERIES, "line-strong"]) {
    [0, 1].forEach((theme) => {
      const ratio = contrast(pairs.get(name)![theme]!, pairs.get("paper")![theme]!);
      assert(ratio >= 3, `${name}, ${["light", "dark"][theme]}: ${ratio}`);
    });
  }
});
