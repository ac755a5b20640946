/**
 * A picture with what a document needs around it.
 *
 * @module
 */
import { type Bundle, Displayable } from "../output/display.ts";
import { element, escapeHtml } from "../output/html.ts";
import { type Row, type Table, table } from "../output/table.ts";

/** The words that belong to a figure. */
export interface FigureText {
  /** One line above the picture. */
  title: string;
  /** What a reader who cannot see the picture should know: axes, course, conclusion. */
  alt: string;
  /** Prose below the picture. */
  caption?: string;
}

/** The smallest letters of a figure as it is drawn, those of its legend, in pixels. */
export const SMALLEST_LETTERS = 12;

/** The smallest letters that a reader may meet, in pixels. */
const READABLE_LETTERS = 10;

/**
 * How narrow a figure drawn for `width` pixels may become before it scrolls: its letters stay 10 pixels
 * tall, also on a phone. `letters` is the size of its smallest ones as it is drawn.
 */
export function leastWidth(width: number, letters: number = SMALLEST_LETTERS): number {
  return Math.ceil(width * READABLE_LETTERS / letters);
}

/**
 * Size of the smallest letters of a picture, at most {@linkcode SMALLEST_LETTERS}: pictures that other programs
 * draw, such as block diagrams, have smaller ones. A rule of style counts if the picture has something of its class.
 */
export function smallestLetters(svg: string): number {
  // Looked for in style sheets alone: a search through the paths of a large picture takes long.
  const rules = [...svg.matchAll(/<style\b[^>]*>([^]*?)<\/style>/g)]
    .flatMap(([, css]) => [...css!.matchAll(/([^{}>]*)\{[^{}]*?font-size:\s*([\d.]+)px/g)])
    .filter(([, selector]) => {
      const last = /\.([\w-]+)[^.]*$/.exec(selector!)?.[1];
      return last === undefined || new RegExp(`class="(?:[^"]* )?${last}[ "]`).test(svg);
    });
  const attributes = [...svg.matchAll(/ font-size="()([\d.]+)(?:px)?"/g)];
  return Math.min(SMALLEST_LETTERS, ...[...rules, ...attributes].map(([, , size]) => Number(size)));
}

/** A finished figure. */
export class Figure extends Displayable {
  readonly #width: number;
  readonly #table: Table | undefined;

  constructor(
    readonly words: FigureText,
    /** The picture as a whole SVG file. */
    readonly svg: string,
    width: number,
    data: readonly Row[] | undefined,
  ) {
    super();
    this.#width = width;
    this.#table = data === undefined ? undefined : table(data, { limit: 60 });
  }

  /** `text/html` with picture, caption and data, `image/svg+xml` and `text/plain`. */
  override bundle(): Bundle {
    return { "text/html": this.#html(), "image/svg+xml": this.svg, "text/plain": this.#text() };
  }

  /** The picture as an address that a page can embed. */
  get dataUrl(): string {
    const bytes = new TextEncoder().encode(this.svg);
    return `data:image/svg+xml;base64,${bytes.toBase64()}`;
  }

  #text(): string {
    const { title, alt, caption } = this.words;
    const parts = [title, alt, caption, this.#table === undefined ? undefined : `${this.#table}`];
    return parts.filter((part) => part !== undefined).join("\n\n");
  }

  #html(): string {
    const { title, alt, caption } = this.words;
    // As an image rather than inline: Jupyter and GitHub strip inline SVG from notebooks that were
    // not run by the reader, and leave its labels as loose words.
    const image = element("img", {
      class: "offprint-figure-image",
      src: this.dataUrl,
      alt: `${title.replace(/[.:]$/, "")}. ${alt}`,
      width: this.#width,
      style: `display:block;max-width:100%;min-width:${
        leastWidth(this.#width, smallestLetters(this.svg))
      }px;height:auto`,
    }).replace("></img>", ">");
    return element(
      "figure",
      { class: "offprint-figure", style: "margin:1em 0" },
      element("div", { style: "overflow-x:auto" }, image),
      caption === undefined ? "" : element("figcaption", {}, escapeHtml(caption)),
      this.#table === undefined ? "" : element(
        "details",
        {},
        element("summary", {}, "Numbers behind this figure"),
        this.#table.html(),
      ),
    );
  }
}
