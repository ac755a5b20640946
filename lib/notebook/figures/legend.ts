/**
 * Legends drawn inside a figure's SVG, so that the picture is whole by itself. (Plot's own are HTML.)
 *
 * @module
 */
import type * as Plot from "@observablehq/plot";
import { SMALLEST_LETTERS } from "./figure.ts";
import { element, escapeHtml } from "../output/html.ts";
import { formatNumber } from "../output/number.ts";
import { textWidth } from "../output/text_columns.ts";

/** A drawn legend. */
export interface Legend {
  markup: string;
  /** In pixels. */
  height: number;
}

const LINE_HEIGHT = 20;
const SWATCH = 12;

/** Width of a text in pixels; system fonts differ, so it is an estimate from above. */
export function estimatedWidth(text: string, fontSize: number): number {
  return textWidth(text) * fontSize * 0.58;
}

interface Item {
  label: string;
  colour: string;
  /** An SVG path around (0, 0), in place of the square. */
  path?: string;
  filled?: boolean;
}

/**
 * Draws the legend of a colour scale, of a symbol scale, or of both when they tell the same
 * categories apart.
 *
 * @param width Pixels available; items wrap.
 */
export function drawLegend(
  scales: { color?: Plot.Scale | undefined; symbol?: Plot.Scale | undefined },
  width: number,
  filledSymbols: boolean,
): Legend {
  const { color, symbol } = scales;
  if (symbol !== undefined) {
    const domain = Array.from(symbol.domain ?? []);
    // Colour and symbol of the same values make one legend.
    const shared = color !== undefined &&
      JSON.stringify(color.domain) === JSON.stringify(symbol.domain);
    const items = domain.map((value) => ({
      label: labelOf(value),
      colour: shared ? String(color.apply(value)) : "currentColor",
      path: symbolPath(symbol.apply(value)),
      filled: filledSymbols,
    }));
    const own = drawItems(symbol.label ?? undefined, items, width);
    if (shared || color === undefined) return own;
    const colours = drawLegend({ color }, width, false);
    return {
      markup: own.markup +
        element("g", { transform: `translate(0,${own.height})` }, colours.markup),
      height: own.height + colours.height,
    };
  }
  if (color === undefined) return { markup: "", height: 0 };
  if (color.type === "ordinal" || color.type === "categorical") {
    const items = Array.from(color.domain ?? [], (value) => ({
      label: labelOf(value),
      colour: String(color.apply(value)),
    }));
    return drawItems(color.label ?? undefined, items, width);
  }
  if (color.type === "threshold") {
    return drawItems(color.label ?? undefined, thresholdItems(color), width);
  }
  return drawRamp(color, Math.min(240, width));
}

function thresholdItems(color: Plot.Scale): Item[] {
  const bounds = Array.from(color.domain ?? [], Number);
  const colours = Array.from(color.range ?? [], String);
  return colours.map((colour, i) => {
    const low = bounds[i - 1], high = bounds[i];
    const label = low === undefined
      ? `below ${formatNumber(high ?? NaN)}`
      : high === undefined
      ? `${formatNumber(low)} and more`
      : `${formatNumber(low)} – ${formatNumber(high)}`;
    return { label, colour };
  });
}

function labelOf(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
}

function label(text: string, x: number, y: number, bold = false, anchor = "start"): string {
  const weight = bold ? "bold" : undefined;
  return element(
    "text",
    { x: pixels(x), y: pixels(y), dy: "0.35em", "text-anchor": anchor, "font-weight": weight },
    escapeHtml(text),
  );
}

function pixels(value: number): number {
  return Number(value.toFixed(1));
}

function group(markup: string): string {
  return element("g", { "aria-label": "legend", "font-size": SMALLEST_LETTERS }, markup);
}

function drawItems(title: string | undefined, items: Item[], width: number): Legend {
  let x = 0, y = LINE_HEIGHT / 2, markup = "";
  if (title !== undefined) {
    markup += label(title, 0, y, true);
    x = estimatedWidth(title, SMALLEST_LETTERS) * 1.08 + 14;
  }
  for (const item of items) {
    const itemWidth = SWATCH + 6 + estimatedWidth(item.label, SMALLEST_LETTERS);
    if (x > 0 && x + itemWidth > width) {
      x = 0;
      y += LINE_HEIGHT;
    }
    markup += item.path === undefined
      ? element("rect", {
        x: pixels(x),
        y: pixels(y - SWATCH / 2),
        width: SWATCH,
        height: SWATCH,
        fill: item.colour,
      })
      : element("path", {
        transform: `translate(${pixels(x + SWATCH / 2)},${pixels(y)})`,
        d: item.path,
        fill: item.filled ? item.colour : "none",
        stroke: item.colour,
        "stroke-width": 1.5,
      });
    markup += label(item.label, x + SWATCH + 6, y);
    x += itemWidth + 14;
  }
  return { markup: group(markup), height: y + LINE_HEIGHT / 2 + 6 };
}

/** Steps of a colour ramp. */
const STEPS = 48;

function drawRamp(color: Plot.Scale, width: number): Legend {
  const domain = Array.from(color.domain ?? [], Number);
  const low = domain[0] ?? 0, high = domain.at(-1) ?? 1;
  const logarithmic = color.type === "log" || color.type === "diverging-log";
  const at = (t: number) => logarithmic ? low * Math.pow(high / low, t) : low + (high - low) * t;
  const top = color.label == null ? 0 : LINE_HEIGHT;
  const step = width / STEPS;
  const steps = Array.from({ length: STEPS }, (_, i) =>
    element("rect", {
      x: pixels(i * step),
      y: top,
      width: pixels(step + 0.5),
      height: SWATCH,
      fill: String(color.apply(at((i + 0.5) / STEPS))),
    }));
  const y = top + SWATCH + 10;
  const markup = (color.label == null ? "" : label(color.label, 0, LINE_HEIGHT / 2, true)) +
    steps.join("") +
    label(formatNumber(low, 3), 0, y) +
    label(formatNumber(at(0.5), 3), width / 2, y, false, "middle") +
    label(formatNumber(high, 3), width, y, false, "end");
  return { markup: group(markup), height: y + LINE_HEIGHT / 2 + 4 };
}

/** What a d3 symbol draws itself with, recorded as an SVG path. */
class PathRecorder {
  #path = "";

  moveTo(x: number, y: number): void {
    this.#path += `M${pixels(x)},${pixels(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.#path += `L${pixels(x)},${pixels(y)}`;
  }

  closePath(): void {
    this.#path += "Z";
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#path += `M${pixels(x)},${pixels(y)}h${pixels(width)}v${pixels(height)}h${-pixels(
      width,
    )}Z`;
  }

  /** Whole circles only, which is all that symbols have. */
  arc(x: number, y: number, radius: number): void {
    const r = pixels(radius);
    this.#path += `M${pixels(x - r)},${pixels(y)}a${r},${r},0,1,0,${2 * r},0a${r},${r},0,1,0,${
      -2 * r
    },0`;
  }

  toString(): string {
    return this.#path;
  }
}

function symbolPath(symbol: unknown): string {
  const path = new PathRecorder();
  (symbol as { draw(context: PathRecorder, size: number): void }).draw(path, 64);
  return String(path);
}
