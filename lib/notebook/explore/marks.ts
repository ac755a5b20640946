/**
 * The marks of a figure that moves, as SVG text. Observable Plot would weigh several hundred kilobytes in every
 * notebook that has such a figure; these few marks weigh two.
 *
 * @module
 */
import { element } from "../output/html.ts";
import { LIGHT_THEME } from "../figures/palette.ts";
import { type Frame, type Point, toPixels } from "./frame.ts";

/** A colour: a place in the palette from 0, or that of the text. */
export type Colour = number | "ink";

/** How a mark looks. */
export interface Look {
  colour?: Colour;
  /** From 0 to 1. */
  opacity?: number;
  /** In pixels. */
  width?: number;
  dashed?: boolean;
}

const colourOf = (colour: Colour = "ink"): string =>
  colour === "ink" ? "currentColor" : LIGHT_THEME.series[colour]!;

/** Two decimals are enough for a pixel. */
const px = (value: number): string => String(Math.round(100 * value) / 100 || 0);

/** A rectangle between two points of the data. */
export function rect(frame: Frame, from: Point, to: Point, look: Look = {}): string {
  const [a, b] = [toPixels(frame, from), toPixels(frame, to)];
  return element("rect", {
    x: px(Math.min(a.x, b.x)),
    y: px(Math.min(a.y, b.y)),
    width: px(Math.abs(a.x - b.x)),
    height: px(Math.abs(a.y - b.y)),
    fill: colourOf(look.colour),
    "fill-opacity": look.opacity,
  });
}

/** A line through points of the data. */
export function line(frame: Frame, points: readonly Point[], look: Look = {}): string {
  const path = points.map((point) => toPixels(frame, point)).map(({ x, y }) => `${px(x)},${px(y)}`);
  return element("polyline", {
    points: path.join(" "),
    fill: "none",
    stroke: colourOf(look.colour),
    "stroke-width": look.width ?? 2,
    "stroke-opacity": look.opacity,
    "stroke-dasharray": look.dashed && "5 4",
  });
}

/** Length and half the width of an arrow's head, in pixels. */
const HEAD = [11, 4.5] as const;

/** An arrow; a very short one is only its head's tip. */
export function arrow(frame: Frame, from: Point, to: Point, look: Look = {}): string {
  const [a, b] = [toPixels(frame, from), toPixels(frame, to)];
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length < 0.5) return "";
  const [dx, dy] = [(b.x - a.x) / length, (b.y - a.y) / length];
  const long = Math.min(HEAD[0], length);
  const wide = HEAD[1] * long / HEAD[0];
  const neck = { x: b.x - long * dx, y: b.y - long * dy };
  const corners = [[b.x, b.y], [neck.x - wide * dy, neck.y + wide * dx], [
    neck.x + wide * dy,
    neck.y - wide * dx,
  ]];
  const colour = colourOf(look.colour);
  return element("line", {
    x1: px(a.x),
    y1: px(a.y),
    x2: px(neck.x),
    y2: px(neck.y),
    stroke: colour,
    "stroke-width": look.width ?? 2.5,
  }) + element("polygon", {
    points: corners.map(([x, y]) => `${px(x!)},${px(y!)}`).join(" "),
    fill: colour,
  });
}

/** A dot, or with `width` a ring. */
export function dot(frame: Frame, at: Point, radius: number, look: Look = {}): string {
  const { x, y } = toPixels(frame, at);
  const colour = colourOf(look.colour);
  return element("circle", {
    cx: px(x),
    cy: px(y),
    r: radius,
    fill: look.width === undefined ? colour : "none",
    stroke: look.width === undefined ? undefined : colour,
    "stroke-width": look.width,
  });
}

/** Where words stand beside their point. */
export interface Placing {
  /** Default `middle`. */
  anchor?: "start" | "middle" | "end";
  /** In pixels, to the right and down. */
  dx?: number;
  dy?: number;
}

/** Words at a point of the data. */
export function words(frame: Frame, at: Point, text: string, placing: Placing = {}): string {
  const { x, y } = toPixels(frame, at);
  const { anchor = "middle", dx = 0, dy = 0 } = placing;
  return element(
    "text",
    { x: px(x + dx), y: px(y + dy), "text-anchor": anchor, fill: "currentColor" },
    escaped(text),
  );
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** An axis: its name in words with the unit, and where its numbers stand. */
export interface Axis {
  label: string;
  ticks: readonly number[];
}

/** A vertical axis with thin lines across the picture. */
export function verticalAxis(frame: Frame, { label, ticks }: Axis): string {
  const lines = ticks.map((tick) =>
    line(frame, [{ x: frame.x[0], y: tick }, { x: frame.x[1], y: tick }], {
      width: 1,
      opacity: 0.15,
    }) +
    words(frame, { x: frame.x[0], y: tick }, String(tick), { anchor: "end", dx: -8, dy: 4 })
  );
  return lines.join("") +
    words(frame, { x: frame.x[0], y: frame.y[1] }, label, { anchor: "start", dx: -30, dy: -14 });
}

/** The names of colours in one row at the top left, `at` pixels from the left. */
export function legend(entries: readonly { text: string; colour: Colour }[], at = 12): string {
  let x = at;
  return entries.map(({ text, colour }) => {
    const left = x;
    // As wide as the letters of a system font are at 13 pixels, on average.
    x += 34 + 7 * text.length;
    return element("rect", { x: left, y: 8, width: 12, height: 12, fill: colourOf(colour) }) +
      element("text", { x: left + 17, y: 18.5, fill: "currentColor" }, escaped(text));
  }).join("");
}
