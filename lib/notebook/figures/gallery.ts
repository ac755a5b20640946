/**
 * Many figures of which a reader looks for some.
 *
 * @module
 */
import { type Bundle, Displayable } from "../output/display.ts";
import { element, escapeHtml } from "../output/html.ts";
import type { Figure } from "./figure.ts";

/** A figure of a gallery. */
export interface GalleryItem {
  figure: Figure;
  /** What a search looks through besides the title and caption: names, prose, labels. */
  words?: string;
  /** Whether it is unfolded at first. Default false. */
  open?: boolean;
}

/**
 * Figures one below the other, each folded behind its title. On the site and in the reader a search field stands
 * above them and keeps those that hold all words that are typed; without scripts, and in Jupyter, the list is whole.
 *
 * @param name What is shown, in the plural: "units".
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { Figure, gallery } from "offprint/notebook/figures/mod.ts";
 *
 * const dot = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>';
 * const figure = new Figure({ title: "A dot", alt: "One dot." }, dot, 9, undefined);
 * const shown = gallery("drawings", [{ figure, words: "round black" }]);
 * assert(String(shown.bundle()["text/html"]).includes("<summary>A dot</summary>"));
 * ```
 */
export function gallery(name: string, items: readonly GalleryItem[]): Displayable {
  return new Gallery(name, items);
}

class Gallery extends Displayable {
  constructor(readonly name: string, readonly items: readonly GalleryItem[]) {
    super();
  }

  override bundle(): Bundle {
    return {
      "text/html": element(
        "div",
        { class: "offprint-gallery", "data-name": this.name },
        ...this.items.map(({ figure, words = "", open = false }) =>
          element(
            "details",
            { "data-words": words.replace(/\s+/g, " "), ...(open ? { open: "" } : {}) },
            element("summary", {}, escapeHtml(figure.words.title)),
            String(figure.bundle()["text/html"]),
          )
        ),
      ),
      "text/plain": this.items.map(({ figure }) => figure.words.title).join("\n"),
    };
  }
}
