/**
 * A figure that a reader can move, as data and one pure function.
 *
 * @module
 */
import { leastWidth } from "../figures/figure.ts";
import { element, escapeHtml } from "../output/html.ts";
import { formatNumber } from "../output/number.ts";
import { themeStyle } from "../figures/palette.ts";
import type { Control, Values } from "./controls.ts";
import type { Frame } from "./frame.ts";

/** A number beside the picture. */
export interface Reading {
  /** In words, with the unit if there is one. */
  label: string;
  value: number;
}

/** What a state looks like. */
export interface Drawing {
  /** SVG text, from `marks.ts`. */
  marks: string;
  readings: readonly Reading[];
  /** One sentence: what the picture shows in this state. It stands below the picture and describes it to those who cannot see it. */
  says: string;
}

/**
 * A figure that can be moved. It stands in a module `explore_NAME.ts` of a paper's room, exported as `exploration`, and is
 * pure: the same module draws the committed picture under Deno and the moving one in the browser.
 */
export interface Exploration<V extends Values = Values> {
  /** Letters, digits and hyphens; its bundle is `data/explorations/ID.js`. */
  id: string;
  title: string;
  /** What to try, below the picture. */
  caption: string;
  frame: Frame;
  /** The state that is committed. */
  start: V;
  controls: Readonly<Record<string, Control<V>>>;
  draw(values: V): Drawing;
}

const CLASS = "offprint-moving";

/** How wide a figure is shown where there is room, beside the width it is drawn for. */
const ENLARGED = 1.2;

/** Between which widths a picture is shown, in pixels. */
export function shownWidths({ width }: Frame): { least: number; most: number } {
  return { least: leastWidth(width), most: Math.round(ENLARGED * width) };
}

/** The whole picture of a drawing. */
export function pictureOf(
  exploration: Pick<Exploration, "title" | "frame">,
  { marks, says }: Drawing,
): string {
  const { title, frame: { width, height } } = exploration;
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: CLASS,
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `${title}. ${says}`,
      "font-family": "system-ui, sans-serif",
      "font-size": 13,
    },
    element("style", {}, themeStyle(`.${CLASS}`, marks)),
    marks,
  );
}

/** A reading as it is shown. */
export function readingText({ value }: Reading): string {
  return formatNumber(value);
}

/** The numbers of a drawing as a list of names and values. */
export function readingsHtml(readings: readonly Reading[]): string {
  return element(
    "dl",
    {
      class: "offprint-readings",
      style:
        "display:grid;grid-template-columns:minmax(0,max-content) auto;gap:0.1em 1em;margin:0.5em 0",
    },
    ...readings.map((reading) =>
      element("dt", {}, escapeHtml(reading.label)) +
      element(
        "dd",
        { style: "margin:0;font-variant-numeric:tabular-nums" },
        escapeHtml(readingText(reading)),
      )
    ),
  );
}
