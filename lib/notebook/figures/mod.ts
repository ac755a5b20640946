/**
 * Figures of a notebook, drawn with Observable Plot and stored as SVG.
 *
 * Begin with `plot` in `plot.ts`: marks, a caption and a table of the same data in; a `Figure` (`figure.ts`) out, which a cell
 * displays. `legend.ts` writes legends as text beside the figure, `palette.ts` holds the colours and says which stand for
 * what, `gallery.ts` shows many figures that can be searched, `svg_document.ts` is the small document that Plot draws into, since there is no browser.
 *
 * Figures are the same byte for byte in every run, so that a stored output can be compared.
 *
 * @module
 */
export * from "./figure.ts";
export * from "./gallery.ts";
export * from "./plot.ts";
