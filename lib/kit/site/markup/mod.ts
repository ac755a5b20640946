/**
 * From a notebook's cells to HTML that is safe in a page.
 *
 * Begin with `renderCells` in `cells.ts`. It gives prose to `markdown.ts` (formulas: `math.ts`), code to `code.ts` and outputs to
 * `output.ts`, which trusts nothing that a cell printed: `attributes.ts` rewrites the attributes of its elements. `figure_scripts.ts`
 * knows the scripts of figures that can be moved, `ids.ts` keeps ids unique over a page, `html.ts` escapes.
 *
 * @module
 */
export * from "./cells.ts";
export { figureScriptsIn, withoutFigureScripts } from "./figure_scripts.ts";
export * from "./html.ts";
export { Anchors, slug } from "./ids.ts";
export type { Heading, MarkdownPlace } from "./markdown.ts";
export { printed, renderOutput } from "./output.ts";
