/**
 * Figures: Observable Plot, drawn without a browser into one self-contained, accessible SVG.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { murmurHash3 } from "offprint/random.ts";
import { Figure, type FigureText } from "./figure.ts";
import { element, escapeHtml } from "../output/html.ts";
import { drawLegend, estimatedWidth } from "./legend.ts";
import { HEAT_CLASS, LIGHT_THEME, themeStyle } from "./palette.ts";
import { SvgDocument, SvgElement } from "./svg_document.ts";
import type { Row } from "../output/table.ts";

/** Options of {@linkcode plot}: all of Plot's, and what makes a picture a figure. */
export interface FigureOptions
  extends FigureText, Omit<Plot.PlotOptions, "title" | "subtitle" | "caption"> {
  /** The rows of the table that stands in for the picture; by default the data of the first mark that has rows. */
  data?: readonly Row[];
}

/** Space around the picture, in pixels. */
const PADDING = 8;
const TITLE_SIZE = 15;
const FONT_SIZE = 13;
const FONT = "system-ui, sans-serif";
const CLASS = "offprint-svg";

type Drawn = SvgElement & { scale(name: string): Plot.Scale | undefined };

/**
 * Draws a figure with Observable Plot. The SVG stands alone (title, legends, style and description
 * inside), follows the reader's light or dark mode, and is the same text for the same input.
 * Categories take the palette of this project and quantities most of the viridis scheme unless the `color`
 * option says otherwise; the left margin grows with the tick labels.
 *
 * @throws {TypeError} when title or alt is missing.
 * @throws {Error} for raster and image marks with pixels, which need a browser.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import * as Plot from "@observablehq/plot";
 * import { plot } from "offprint/notebook/figures/plot.ts";
 *
 * const rows = [{ drafts: 1, rejections: 3.51 }, { drafts: 2, rejections: 3.09 }];
 * const figure = plot({
 *   title: "Rejections by number of drafts",
 *   alt: "Rejections fall from 3.51 with one draft to 3.09 with two.",
 *   marks: [Plot.lineY(rows, { x: "drafts", y: "rejections", marker: true })],
 * });
 * assert(figure.svg.startsWith("<svg xmlns="));
 * ```
 */
export function plot(options: FigureOptions): Figure {
  const { title, alt, caption, data, ...plotOptions } = options;
  for (const [name, value] of Object.entries({ title, alt })) {
    if (typeof value !== "string" || value.trim() === "") {
      throw new TypeError(`plot: got ${name} ${JSON.stringify(value)}, expected text for readers`);
    }
  }
  const settled = settle(plotOptions);
  const drawn = draw(settled);
  const { svg, width } = compose(drawn, options);
  return new Figure(
    caption === undefined ? { title, alt } : { title, alt, caption },
    svg,
    width,
    data ?? rowsOf(plotOptions.marks),
  );
}

function draw(options: Plot.PlotOptions): Drawn {
  return Plot.plot({
    width: 600,
    ...options,
    ...withoutArrows(options),
    figure: false,
    className: CLASS,
    // The types ask for a whole DOM; Plot uses what SvgDocument has.
    document: new SvgDocument() as unknown as NonNullable<Plot.PlotOptions["document"]>,
    style: typeof options.style === "string"
      ? `font-size:${FONT_SIZE}px;${options.style}`
      : { fontSize: `${FONT_SIZE}px`, ...options.style } as NonNullable<Plot.PlotOptions["style"]>,
    ...(options.color && { color: { ...options.color, legend: false } }),
    ...(options.symbol && { symbol: { ...options.symbol, legend: false } }),
  }) as unknown as Drawn;
}

/** Axes named in words: without the arrows that Plot puts beside their labels. */
function withoutArrows(options: Plot.PlotOptions): Plot.PlotOptions {
  return {
    x: { labelArrow: "none", ...options.x },
    y: { labelArrow: "none", ...options.y },
  };
}

/** Fills in colours, margins and tick formats, for which a first drawing has to be looked at. */
function settle(options: Plot.PlotOptions): Plot.PlotOptions {
  const trial = draw(options);
  const settled: Plot.PlotOptions = { ...margins(trial, options), ...options };
  const color = trial.scale("color");
  const chosen = options.color ?? {};
  const open = chosen.range === undefined && chosen.scheme === undefined &&
    chosen.interpolate === undefined && chosen.type !== "identity";
  if (color !== undefined && open) {
    if (color.type === "ordinal" || color.type === "categorical") {
      settled.color = { ...chosen, range: [...LIGHT_THEME.series] };
    } else if (color.type === "threshold") {
      const steps = Array.from(color.domain ?? []).length;
      const range = Array.from({ length: steps + 1 }, (_, i) => quantityColour(i / steps));
      settled.color = { ...chosen, range };
    } else if (!String(color.type).startsWith("diverging")) {
      settled.color = { ...chosen, interpolate: quantityColour };
    }
  }
  for (const axis of ["x", "y"] as const) {
    const scale = trial.scale(axis);
    if (scale?.type === "log") settled[axis] = logarithmic(scale, options[axis] ?? {});
  }
  return settled;
}

/** A base with which every tick that was asked for gets its label; not whole, or d3 would count up to it. */
const LABEL_ALL = 1e9 + 0.5;

/** A logarithmic axis whose labels can be read. */
function logarithmic(scale: Plot.Scale, options: Plot.ScaleOptions): Plot.ScaleOptions {
  const low = Math.min(...Array.from(scale.domain ?? [], Number));
  return {
    // Plot's own format writes 10000 as 10k, which is short, but 0.3 as 300m.
    ...(low < 1 ? { tickFormat: "~g" } : {}),
    // Of ticks given one by one, d3 leaves out labels by their leading digit in the scale's base.
    ...(Array.isArray(options.ticks) ? { base: LABEL_ALL } : {}),
    ...options,
  };
}

const viridis = Plot.scale({ color: { type: "linear", domain: [0, 1], scheme: "viridis" } });

/** The colour of a share from 0 to 1: viridis without its ends, which fade into a dark or a light page. */
function quantityColour(share: number): string {
  return String(viridis.apply(0.2 + 0.75 * share));
}

/** Margins that hold the axis labels, in pixels; Plot's defaults are made for smaller letters. */
function margins(trial: Drawn, options: Plot.PlotOptions): Plot.PlotOptions {
  if (options.margin !== undefined) return {};
  const labelled = (label: string) =>
    [...trial.descendants()].filter((node) => node.getAttribute("aria-label") === label);
  const widest = (label: string) =>
    Math.max(
      0,
      ...labelled(label).flatMap((node) => [...node.descendants()])
        .filter((node) => node.tagName === "text")
        .map((node) => estimatedWidth(node.textContent, FONT_SIZE)),
    );
  const bandY = ["band", "point"].includes(String(trial.scale("y")?.type));
  const labelY = labelled("y-axis label").length > 0;
  const top = trial.scale("fx") === undefined ? 10 : 44;
  const ticksX = labelled("x-axis tick label").length > 0;
  return {
    marginTop: Math.max(top, labelY && !bandY ? 30 : 0),
    marginBottom: labelled("x-axis label").length > 0 ? 44 : ticksX ? 28 : 10,
    marginLeft: Math.max(
      ticksX ? 24 : 10,
      Math.ceil(widest("y-axis tick label")) + (labelY && bandY ? 34 : 14),
    ),
    ...(trial.scale("fy") === undefined
      ? {}
      : { marginRight: Math.max(40, Math.ceil(widest("fy-axis tick label")) + 14) }),
  };
}

/** Puts title, legends and picture into one SVG. */
function compose(drawn: Drawn, options: FigureOptions): { svg: string; width: number } {
  const plotWidth = Number(drawn.getAttribute("width"));
  const plotHeight = Number(drawn.getAttribute("height"));
  const lines = wrap(options.title, plotWidth);
  const heading = lines.map((line, i) =>
    element("text", { y: (i + 0.8) * TITLE_SIZE * 1.3 }, escapeHtml(line))
  ).join("");
  const headingHeight = Math.round(lines.length * TITLE_SIZE * 1.3) + 8;
  const legend = drawLegend(
    {
      color: options.color?.legend ? titled(drawn.scale("color"), options.color) : undefined,
      symbol: options.symbol?.legend ? titled(drawn.scale("symbol"), options.symbol) : undefined,
    },
    plotWidth,
    drawsFilledDots(drawn),
  );
  const picture = pictureOf(drawn, headingHeight + Math.ceil(legend.height));
  const heat = isHeatMap(drawn) ? HEAT_CLASS : undefined;
  const markup = element("g", { "font-size": TITLE_SIZE, "font-weight": "bold" }, heading) +
    element("g", { transform: `translate(0,${headingHeight})`, class: heat }, legend.markup) +
    (heat === undefined ? picture : element("g", { class: heat }, picture));
  // Ids come from the contents: each run gives the same ones, and different figures share none.
  const key = hashed(options.title + options.alt + markup);
  const width = plotWidth + 2 * PADDING;
  const height = headingHeight + Math.ceil(legend.height) + plotHeight + 2 * PADDING;
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: CLASS,
      width,
      height,
      viewBox: `${-PADDING} ${-PADDING} ${width} ${height}`,
      role: "img",
      "aria-labelledby": `${key}-title ${key}-desc`,
      fill: "currentColor",
      "font-family": FONT,
      style: "max-width:100%;height:auto",
    },
    element("title", { id: `${key}-title` }, escapeHtml(options.title)),
    element("desc", { id: `${key}-desc` }, escapeHtml(options.alt)),
    element("style", {}, `\n${themeStyle(`.${CLASS}`, markup)}\n.${CLASS} text{white-space:pre}\n`),
    markup.replaceAll(ID_PREFIX, `${key}-`),
  );
  return { svg, width };
}

/** A scale with the label that was given: Plot hands none on for categories. */
function titled(
  scale: Plot.Scale | undefined,
  { label }: Plot.ScaleOptions,
): Plot.Scale | undefined {
  return scale === undefined || label === undefined || label === null ? scale : { ...scale, label };
}

/** Whether areas are coloured by a quantity. */
function isHeatMap(drawn: Drawn): boolean {
  const type = String(drawn.scale("color")?.type ?? "none");
  return !["none", "ordinal", "categorical", "identity"].includes(type) &&
    [...drawn.descendants()].some((node) =>
      ["cell", "rect"].includes(node.getAttribute("aria-label") ?? "")
    );
}

function drawsFilledDots(drawn: Drawn): boolean {
  const dots = [...drawn.descendants()].filter((node) => node.getAttribute("aria-label") === "dot");
  return dots.some((dot) =>
    ![...dot.descendants()].some((node) => node.getAttribute("fill") === "none")
  );
}

/** Stands for the figure's key until the text from which the key is made is complete. */
const ID_PREFIX = "offprint-id-";

/** What Plot drew as a group at height `y`, its ids renamed in order of appearance. */
function pictureOf(drawn: Drawn, y: number): string {
  for (const style of drawn.children.filter((node) => node.tagName === "style")) {
    drawn.removeChild(style);
  }
  const names = new Map<string, string>();
  for (const node of drawn.descendants()) {
    const id = node.getAttribute("id");
    if (id === null) continue;
    names.set(id, `${ID_PREFIX}${names.size + 1}`);
    node.setAttribute("id", names.get(id)!);
  }
  for (const node of drawn.descendants()) {
    for (const [name, value] of node.attributes) {
      if (!value.includes("#")) continue;
      const renamed = value.replace(/^(url\(#|#)([^)]+)/, (all, start: string, id: string) => {
        return names.has(id) ? start + names.get(id)! : all;
      });
      node.setAttribute(name, renamed);
    }
  }
  const style = drawn.style.cssText ?? drawn.style;
  const attributes = {
    transform: `translate(0,${y})`,
    "text-anchor": "middle",
    style: style === "" ? undefined : String(style),
  };
  return element("g", attributes, drawn.innerHTML);
}

function hashed(text: string): string {
  const [word] = murmurHash3(new TextEncoder().encode(text));
  return `fig-${word.toString(16).padStart(8, "0")}`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && estimatedWidth(longer, TITLE_SIZE) <= width) {
      lines[lines.length - 1] = longer;
    } else lines.push(word);
  }
  return lines;
}

/** The rows of the first mark whose data are rows. */
function rowsOf(marks: Plot.Markish[] | undefined): readonly Row[] | undefined {
  for (const mark of marks ?? []) {
    if (Array.isArray(mark)) {
      const found = rowsOf(mark);
      if (found !== undefined) return found;
      continue;
    }
    const data: unknown = (mark as { data?: unknown } | null)?.data;
    if (!Array.isArray(data) || data.length === 0) continue;
    const rows = data.every((row) =>
      typeof row === "object" && row !== null && !Array.isArray(row)
    );
    if (rows) return data as Row[];
  }
  return undefined;
}
