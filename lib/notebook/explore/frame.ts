/**
 * Between the coordinates of the data and the pixels of a picture.
 *
 * @module
 */

/** A place in the coordinates of the data, or in pixels from the top left. */
export interface Point {
  x: number;
  y: number;
}

/** A picture's size, what its axes span, and the space around them, in pixels. */
export interface Frame {
  width: number;
  height: number;
  /** Left and right end in the data's coordinates. */
  x: readonly [number, number];
  /** Bottom and top. */
  y: readonly [number, number];
  margin: { top: number; right: number; bottom: number; left: number };
}

/**
 * Where a point of the data stands in the picture, in pixels.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Frame, fromPixels, toPixels } from "offprint/notebook/explore/mod.ts";
 *
 * const margin = { top: 10, right: 0, bottom: 30, left: 50 };
 * const frame: Frame = { width: 250, height: 140, x: [0, 4], y: [0, 1], margin };
 * assertEquals(toPixels(frame, { x: 1, y: 0.5 }), { x: 100, y: 60 });
 * assertEquals(fromPixels(frame, { x: 100, y: 60 }), { x: 1, y: 0.5 });
 * ```
 */
export function toPixels({ width, height, x, y, margin }: Frame, point: Point): Point {
  const across = (point.x - x[0]) / (x[1] - x[0]);
  const up = (point.y - y[0]) / (y[1] - y[0]);
  return {
    x: margin.left + across * (width - margin.left - margin.right),
    y: height - margin.bottom - up * (height - margin.top - margin.bottom),
  };
}

/** The other way round: which point of the data stands at a pixel. */
export function fromPixels({ width, height, x, y, margin }: Frame, pixel: Point): Point {
  const across = (pixel.x - margin.left) / (width - margin.left - margin.right);
  const up = (height - margin.bottom - pixel.y) / (height - margin.top - margin.bottom);
  return { x: x[0] + across * (x[1] - x[0]), y: y[0] + up * (y[1] - y[0]) };
}
