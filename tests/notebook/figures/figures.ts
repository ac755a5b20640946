/**
 * The figures whose SVG is kept as a snapshot: each kind of mark, scale and legend that papers use.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { Figure } from "offprint/notebook/figures/figure.ts";
import { plot } from "offprint/notebook/figures/plot.ts";

/** Exact and simulated curves with a categorical legend, a clipped band and a long title. */
function lines(): Figure {
  const rows = ["exact", "simulated", "lower bound"].flatMap((method, i) =>
    Array.from({ length: 8 }, (_, n) => ({
      drafts: n + 1,
      rejections: 3.5 - 0.3 * i - Math.log(n + 1) * 0.4,
      method,
    }))
  );
  return plot({
    title:
      "Expected rejections fall with more drafts, and level off long before they reach the bound",
    alt:
      "Three falling curves over 1 to 8 drafts: exact from 3.5 to 2.7, simulated below, bound lowest.",
    caption: "Twenty tokens of the two-state chain.",
    color: { legend: true },
    x: { label: "drafts" },
    y: { grid: true, label: "expected rejections" },
    marks: [
      Plot.areaY(rows.filter((row) => row.method === "exact"), {
        x: "drafts",
        y1: (row) => row.rejections - 0.1,
        y2: (row) => row.rejections + 0.1,
        fillOpacity: 0.15,
        clip: true,
      }),
      Plot.lineY(rows, { x: "drafts", y: "rejections", stroke: "method", marker: true }),
      Plot.ruleY([2.5], { strokeDasharray: "4 3" }),
    ],
  });
}

/** Bars with negative values and text that must be escaped. */
function bars(): Figure {
  const rows = [
    { name: "a < b & c", gain: 12 },
    { name: 'say "hi"', gain: -4.5 },
    { name: "naïve – Ω", gain: 7.25 },
  ];
  return plot({
    title: 'Gain of <b>each</b> rule & "quotes"',
    alt: "Rule a gains 12, rule hi loses 4.5, rule Ω gains 7.25.",
    width: 480,
    x: { label: "gain (%)", grid: true },
    y: { label: null },
    marks: [
      Plot.barX(rows, { y: "name", x: "gain", fill: (row) => row.gain > 0 ? "up" : "down" }),
      Plot.ruleX([0]),
    ],
  });
}

/** A heat map with a continuous ramp. */
function heat(): Figure {
  const cells = Array.from({ length: 48 }, (_, i) => ({
    layer: i % 8,
    head: Math.floor(i / 8),
    error: Math.sin(i / 5) ** 2 * 1e-3,
  }));
  return plot({
    title: "Quantisation error",
    alt: "Errors from 0 to 0.001 in a wave across layers.",
    width: 420,
    padding: 0,
    color: { legend: true, label: "mean error" },
    marks: [Plot.cell(cells, { x: "layer", y: "head", fill: "error", inset: 0.5 })],
  });
}

/** Facets, symbols with a shared legend, logarithmic axes. */
function facets(): Figure {
  const rows = ["quick", "full"].flatMap((profile) =>
    ["SD", "OPT", "UNO"].flatMap((decoder, d) =>
      [10, 100, 1000, 10000].map((runs) => ({
        profile,
        decoder,
        runs,
        error: (d + 1) / Math.sqrt(runs),
      }))
    )
  );
  return plot({
    title: "Error falls as one over the root of the runs",
    alt: "Straight falling lines of slope minus one half for three decoders in two panels.",
    width: 640,
    height: 320,
    color: { legend: true },
    symbol: { legend: true },
    x: { type: "log" },
    y: { type: "log", grid: true },
    marks: [
      Plot.frame(),
      Plot.dot(rows, {
        fx: "profile",
        x: "runs",
        y: "error",
        stroke: "decoder",
        symbol: "decoder",
      }),
    ],
  });
}

/** Bars from edge to edge, a threshold scale and large numbers on the left. */
function histogram(): Figure {
  const rows = [480000, 467000, 480123, 467001, 479500, 24690].map((weight, i) => ({
    low: 2 * i,
    high: 2 * i + 2,
    weight,
  }));
  return plot({
    title: "Weights by x",
    alt: "A flat histogram of about half a million per bin, with a small rest at the end.",
    color: { type: "threshold", domain: [4, 8], legend: true, label: "x" },
    x: { label: "x" },
    marks: [
      Plot.rectY(rows, { x1: "low", x2: "high", y: "weight", fill: "low" }),
      Plot.ruleY([0]),
    ],
  });
}

/** Every figure by name. */
export const figures = { lines, bars, heat, facets, histogram };
