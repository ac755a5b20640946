/**
 * The entanglement report as a page that stands alone.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { plot, table } from "offprint/notebook/mod.ts";
import { type EntanglementRow, summariseReport } from "offprint/preference/entanglement/mod.ts";

/** Ratios are drawn up to this many times above and below 1. */
const REACH = 100;

/** The page: what each loss comes to, where its ratio lies in each pair's band, and all rows. */
export function entanglementPage(model: string, rows: readonly EntanglementRow[]): string {
  const methods = [...new Set(rows.map(({ method }) => method))];
  const summaries = methods.map((method) => {
    const { pairs, predicted, agreement, meanCosine, meanCondition } = summariseReport(
      rows.filter((row) => row.method === method),
    );
    return {
      loss: method,
      pairs,
      ...predicted,
      "predicted as observed": Number.isNaN(agreement) ? null : agreement,
      "mean cosine": meanCosine,
      "mean I/min(N_w, N_l)": meanCondition,
    };
  });
  const clamp = (ratio: number): number => Math.min(REACH, Math.max(1 / REACH, ratio));
  const bands = rows.filter(({ method }) => method === methods[0]).map((row) => ({
    pair: row.pair,
    low: clamp(row.bandLow),
    high: clamp(row.bandHigh),
    ratio: clamp(row.ratio),
  })).slice(0, 60);
  const figure = plot({
    title: `${methods[0]}: ratio of the weights in the band of each pair`,
    alt:
      `For each of ${bands.length} pairs a horizontal band of ideal ratios and a dot at the ratio of ${
        methods[0]
      }.`,
    caption: "Left of its band both answers fall, right of it both rise. Cut at 0.01 and 100.",
    width: 720,
    height: 80 + 18 * bands.length,
    x: { type: "log", label: "ratio d_w/d_l", domain: [1 / REACH, REACH] },
    y: { label: null, domain: bands.map(({ pair }) => pair) },
    data: bands,
    marks: [
      Plot.barX(bands, { x1: "low", x2: "high", y: "pair", fillOpacity: 0.5, inset: 3 }),
      Plot.dot(bands, { x: "ratio", y: "pair", fill: "currentColor" }),
    ],
  });
  const part = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Entanglement of ${part(model)}</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}td,th{padding:.2em .7em}</style>
<h1>Entanglement of ${part(model)}</h1>
<p>Shares of pairs by what one plain step on each loss would do to both answers.</p>
${table(summaries).html()}
${figure.bundle()["text/html"]}
<h2>All rows</h2>
${table(rows.map((row) => ({ ...row })), { limit: 500 }).html()}
</html>
`;
}
