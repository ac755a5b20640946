/**
 * What a cell shows: text, HTML, numbers and tables, in a notebook, a terminal or a test.
 *
 * Begin with `display` in `display.ts`: it sends a value in every form it has, as `kernel.ts` allows (in a plain program, as text
 * on stdout). `Displayable` is what has such forms. `markdown.ts` makes prose from a template (`md`), `table.ts` a table from rows,
 * `number.ts` writes numbers with as many digits as they deserve. `html.ts` escapes, `text_columns.ts` lines up
 * columns of text, `hand_on.ts` waits until the kernel has sent what was shown.
 *
 * @module
 */
export { type Bundle, display, Displayable, type DisplayOptions, inKernel } from "./display.ts";
export * from "./markdown.ts";
export * from "./number.ts";
export * from "./table.ts";
