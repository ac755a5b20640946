/**
 * The page of a report on preference pairs, which stands alone.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { plot, type Row, table } from "offprint/notebook/mod.ts";

/** The band of a pair, and where a loss lies. */
export interface PairBand {
  pair: string;
  /** Ratios d_w/d_l from which and up to which a step is ideal. */
  low: number;
  high: number;
  /** That of the loss. */
  ratio: number;
}

/** What the page shows. */
export interface PairsReport {
  model: string;
  /** The loss whose ratios are drawn. */
  loss: string;
  /** One row a loss. */
  summaries: readonly Row[];
  bands: readonly PairBand[];
  /** One row for each pair and loss. */
  rows: readonly Row[];
}

/** Ratios are drawn up to this many times above and below 1. */
const REACH = 100;
/** Bands that one figure can show. */
const DRAWN = 60;

/** The page: what each loss comes to, where its ratio lies in each pair's band, and all rows. */
export function pairsPage({ model, loss, summaries, bands, rows }: PairsReport): string {
  const clamp = (ratio: number): number => Math.min(REACH, Math.max(1 / REACH, ratio));
  const drawn = bands.slice(0, DRAWN).map(({ pair, low, high, ratio }) => ({
    pair,
    low: clamp(low),
    high: clamp(high),
    ratio: clamp(ratio),
  }));
  const figure = plot({
    title: `${loss}: ratio of the weights in the band of each pair`,
    alt:
      `For each of ${drawn.length} pairs a horizontal band of ideal ratios and a dot at the ratio of ${loss}.`,
    caption: "Left of its band both answers fall, right of it both rise. Cut at 0.01 and 100.",
    width: 720,
    height: 80 + 18 * drawn.length,
    x: { type: "log", label: "ratio d_w/d_l", domain: [1 / REACH, REACH] },
    y: { label: null, domain: drawn.map(({ pair }) => pair) },
    data: drawn,
    marks: [
      Plot.barX(drawn, { x1: "low", x2: "high", y: "pair", fillOpacity: 0.5, inset: 3 }),
      Plot.dot(drawn, { x: "ratio", y: "pair", fill: "currentColor" }),
    ],
  });
  const escaped = model.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Entanglement of ${escaped}</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}td,th{padding:.2em .7em}</style>
<h1>Entanglement of ${escaped}</h1>
<p>Shares of pairs by what one plain step on each loss would do to both answers.</p>
${table(summaries).html()}
${figure.bundle()["text/html"]}
<h2>All rows</h2>
${table(rows, { limit: 500 }).html()}
</html>
`;
}
