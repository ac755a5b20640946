/**
 * Tables without the style that each of their cells has: in a notebook it must stand there, in a page it is said once.
 *
 * @module
 */

/** As `table` of `notebook/output` writes it. */
const CELL = /(<t[dh]\b[^<>]*?) style="text-align:(left|right);font-variant-numeric:tabular-nums"/g;

/**
 * The cells of this project's tables with a class in place of their style; `style/cells.css` has what it means.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withoutCellStyles } from "offprint/kit/site/markup/cell_styles.ts";
 *
 * const style = (side: string) => `style="text-align:${side};font-variant-numeric:tabular-nums"`;
 * assertEquals(
 *   withoutCellStyles(`<td ${style("left")}>a</td><td ${style("right")}>1</td>`),
 *   '<td>a</td><td class="n">1</td>',
 * );
 * ```
 */
export function withoutCellStyles(html: string): string {
  return html.replace(CELL, (_, cell, side) => side === "right" ? `${cell} class="n"` : cell);
}
