/**
 * What a reader can move in a figure: sliders, choices, and handles in the picture itself.
 *
 * @module
 */
import type { Point } from "./frame.ts";

/** The state of a figure: one value for each slider and choice, and whatever its handles need. */
export type Values = Record<string, number | string | readonly number[]>;

/** A slider. Its name in {@linkcode Values} is its name among the controls. */
export interface Range {
  kind: "range";
  /** In words, with the unit if there is one. */
  label: string;
  min: number;
  max: number;
  step: number;
}

/** One of several words. Its name in {@linkcode Values} is its name among the controls. */
export interface Choice {
  kind: "choice";
  label: string;
  options: readonly string[];
}

/** A point of the picture that can be dragged, or moved with the arrow keys. Coordinates are those of the data. */
export interface Handle<V extends Values> {
  kind: "handle";
  label: string;
  /** Along which axes it moves. */
  axis: "x" | "y" | "both";
  /** How far one press of an arrow key moves it. */
  step: number;
  at(values: V): Point;
  /** The state with the handle at `to`, or as near as it may come; pure. */
  move(values: V, to: Point): V;
  /** Its value in words, for those who hear the page. */
  says(values: V): string;
}

export type Control<V extends Values> = Range | Choice | Handle<V>;

/** Ten steps at once: Page Up and Page Down, or Shift with an arrow. */
const LARGE = 10;

/**
 * Where a key moves a handle; nothing for keys that do not move it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { keyTarget } from "offprint/notebook/explore/mod.ts";
 *
 * const key = { name: "ArrowUp", shift: false };
 * assertEquals(keyTarget({ axis: "y", step: 0.25 }, { x: 1, y: 0.5 }, key), { x: 1, y: 0.75 });
 * assertEquals(keyTarget({ axis: "x", step: 0.25 }, { x: 1, y: 0.5 }, { name: "a", shift: false }), undefined);
 * ```
 */
export function keyTarget(
  { axis, step }: { axis: "x" | "y" | "both"; step: number },
  { x, y }: Point,
  { name, shift }: { name: string; shift: boolean },
): Point | undefined {
  const by = shift || name.startsWith("Page") ? LARGE * step : step;
  const along = (sign: number): Point =>
    axis === "x" ? { x: x + sign * by, y } : { x, y: y + sign * by };
  switch (name) {
    case "ArrowUp":
    case "PageUp":
      return along(1);
    case "ArrowDown":
    case "PageDown":
      return along(-1);
    case "ArrowRight":
      return axis === "y" ? along(1) : { x: x + by, y };
    case "ArrowLeft":
      return axis === "y" ? along(-1) : { x: x - by, y };
    default:
      return undefined;
  }
}
