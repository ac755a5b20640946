/**
 * The figure of a sweep that nobody has to write: chosen by the number of its axes.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { Axes } from "offprint/sweeps/axes.ts";
import { type Figure, type FigureText } from "./figures/figure.ts";
import { plot } from "./figures/plot.ts";
import { formatNumber } from "./output/number.ts";
import type { Row } from "./output/table.ts";

/** What is drawn: the part of a `SweepTable` that a figure needs. */
export interface SweepForFigure {
  outcome: { name: string; over: Axes; seeds: readonly number[] };
  rows: readonly Row[];
  /** Names of the results that are numbers. */
  measures: readonly string[];
}

/** What may be said about a sweep's figure. */
export interface SweepFigureOptions extends Partial<FigureText> {
  /** The result that is drawn; by default the first that is a number. */
  y?: string;
  /** Lines, one for each value of the second axis, where a heat map would be drawn. */
  lines?: boolean;
  /** The first axis grows by factors. */
  log?: boolean;
}

/** A row with a number to draw. */
interface Drawn extends Row {
  value: number;
  low: number;
  high: number;
}

/**
 * Draws a sweep.
 *
 * @throws {RangeError} for a result that is no number, and for more than three axes with several values.
 */
export function drawSweep(table: SweepForFigure, options: SweepFigureOptions): Figure {
  const { name, over, seeds } = table.outcome;
  const y = options.y ?? table.measures[0];
  if (y === undefined || !table.measures.includes(y)) {
    throw new RangeError(
      `figure: got y ${y ?? "nothing"}, expected one of ${
        table.measures.join(", ") || "no numbers"
      }`,
    );
  }
  const axes = Object.keys(over).filter((axis) => over[axis]!.length > 1);
  if (axes.length === 0) axes.push(Object.keys(over)[0]!);
  if (axes.length > 3) {
    throw new RangeError(`figure: got ${axes.length} axes, expected at most 3 with several values`);
  }
  const rows = table.rows.flatMap((row): Drawn[] => {
    const value = row[y];
    if (typeof value !== "number" || !Number.isFinite(value)) return [];
    const half = Number(row[`${y} ±`] ?? 0);
    return [{ ...row, value, low: value - half, high: value + half }];
  });
  const [first = "", second, third] = axes;
  const values = rows.map(({ value }) => value);
  const alt = options.alt ??
    `${y} by ${axes.join(", ")}, from ${formatNumber(Math.min(...values), 3)} to ${
      formatNumber(Math.max(...values), 3)
    } over ${rows.length} points.`;
  const missing = table.rows.length - rows.length;
  const caption = options.caption ?? ([
    ...(seeds.length > 1 && (options.lines || axes.length === 1)
      ? [`Means of ${seeds.length} seeds with their 95 % intervals.`]
      : seeds.length > 1
      ? [`Means of ${seeds.length} seeds.`]
      : []),
    ...(missing === 0 ? [] : [`${missing} points have no number and are left out.`]),
  ].join(" ") || undefined);
  const words = {
    title: options.title ?? `${name}: ${y} by ${axes.join(" and ")}`,
    alt,
    ...(caption === undefined ? {} : { caption }),
    data: rows.map(({ value: _, low: _low, high: _high, ...row }) => row),
    height: 300,
  };
  const numeric = over[first]!.every((value) => typeof value === "number");
  if (axes.length === 1 || options.lines) {
    const x = numeric ? { type: options.log ? "log" as const : "linear" as const } : {};
    const at = {
      x: first,
      ...(second === undefined ? {} : { [numeric ? "stroke" : "fill"]: second }),
    };
    const facet = third === undefined ? {} : { fx: third };
    const band = seeds.length < 2 ? [] : numeric
      ? [Plot.areaY(rows, {
        x: first,
        y1: "low",
        y2: "high",
        fillOpacity: 0.2,
        ...(second === undefined ? {} : { fill: second }),
        ...facet,
      })]
      : [Plot.ruleX(rows, { x: first, y1: "low", y2: "high", ...facet })];
    return plot({
      ...words,
      x: { ...x, label: first },
      y: { label: y },
      ...(second === undefined
        ? {}
        : { color: { legend: true, type: "ordinal" as const, label: second } }),
      marks: [
        ...band,
        numeric
          ? Plot.lineY(rows, { ...at, y: "value", marker: true, ...facet })
          : Plot.dot(rows, { ...at, y: "value", r: 4, ...facet }),
      ],
    });
  }
  const facet = third === undefined ? {} : { fx: third };
  return plot({
    ...words,
    x: { label: first, type: "band" },
    y: {
      label: second!,
      type: "band",
      reverse: over[second!]!.every((value) => typeof value === "number"),
    },
    color: { legend: true, label: y },
    marks: [
      Plot.cell(rows, { x: first, y: second!, fill: "value", inset: 0.5, ...facet }),
    ],
  });
}
