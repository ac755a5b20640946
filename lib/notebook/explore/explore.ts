/**
 * A figure that can be moved, as a notebook shows it: the committed picture, and a script that brings it to life.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { type Bundle, Displayable } from "../output/display.ts";
import { element, escapeHtml } from "../output/html.ts";
import type { Values } from "./controls.ts";
import {
  type Drawing,
  type Exploration,
  pictureOf,
  readingsHtml,
  shownWidths,
} from "./exploration.ts";

/** Scripts of the figures that can be moved, made by `deno task bundle`. */
export const BUNDLES = new URL("../../../data/explorations/", import.meta.url);

/** The element that carries a bundle, in a notebook and on the pages of the site. */
export function scriptElement(bundle: string): string {
  return `<script>${bundle}</script>`;
}

/** A figure that can be moved. */
export class Explore extends Displayable {
  readonly #drawing: Drawing;

  constructor(readonly exploration: Exploration, readonly script: string) {
    super();
    this.#drawing = exploration.draw(exploration.start);
  }

  /** `text/html` with picture, numbers and script, `image/svg+xml` and `text/plain`. */
  override bundle(): Bundle {
    const svg = pictureOf(this.exploration, this.#drawing);
    const { title, caption } = this.exploration;
    const { says, readings } = this.#drawing;
    const numbers = readings.map(({ label, value }) => `${label}: ${value}`).join("\n");
    return {
      "text/html": this.#html(svg) + scriptElement(this.script),
      "image/svg+xml": svg,
      "text/plain": [title, says, numbers, caption].join("\n\n"),
    };
  }

  #html(svg: string): string {
    const { id, title, caption, frame } = this.exploration;
    const { least, most } = shownWidths(frame);
    const { says, readings } = this.#drawing;
    const image = element("img", {
      class: "offprint-figure-image",
      src: `data:image/svg+xml;base64,${new TextEncoder().encode(svg).toBase64()}`,
      alt: `${title}. ${says}`,
      width: most,
      style: `display:block;max-width:100%;min-width:${least}px;height:auto`,
    }).replace("></img>", ">");
    return element(
      "figure",
      { class: "offprint-figure", "data-exploration": id, style: "margin:1em 0" },
      element(
        "p",
        { class: "offprint-figure-title", style: "margin:0 0 0.3em;font-weight:600" },
        escapeHtml(title),
      ),
      element("div", { style: "overflow-x:auto" }, image),
      element("p", { class: "offprint-says", style: "margin:0.5em 0" }, escapeHtml(says)),
      readingsHtml(readings),
      element("figcaption", {}, escapeHtml(caption)),
    );
  }
}

/**
 * Shows an exploration: in Jupyter and on the pages of the site a figure that can be moved, elsewhere its committed
 * picture with the numbers beside it.
 *
 * @throws {UserError} when its bundle has not been made.
 */
export function explore<V extends Values>(exploration: Exploration<V>): Explore {
  const file = new URL(`${exploration.id}.js`, BUNDLES);
  let script: string;
  try {
    script = Deno.readTextFileSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError({
      what: `exploration ${exploration.id}`,
      got: new Described("no script"),
      expected: `data/explorations/${exploration.id}.js`,
      todo: "Run deno task bundle.",
    });
  }
  return new Explore(exploration as unknown as Exploration, script);
}
