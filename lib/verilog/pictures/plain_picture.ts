/**
 * A drawing without what only reading it back needs.
 *
 * @module
 */

/**
 * The same picture in fewer bytes, for pages that show many: what block and state diagrams hold besides the drawing
 * (names of pins and nets, notes of netlistsvg, comments, titles, blanks between elements) is taken out. It looks the
 * same and can no longer be read back.
 */
export function plainPicture(svg: string): string {
  return svg
    .replace(/<!--[^]*?-->|<s:\w+[^>]*\/>|<title>[^<]*<\/title>/g, "")
    .replace(/\s+(?:s:[\w-]+|xmlns:s|id)="[^"]*"/g, "")
    // Classes that no style of the drawing names: one for each net and cell.
    .replace(/\s+class="(?:(?:net|cell|netName|width)_[^"]*)"/g, "")
    .replace(/\s*\n\s*/g, " ")
    .replace(/> +</g, "><");
}
