/**
 * Ids that stay unique when many outputs are put into one page.
 *
 * @module
 */
import { withAttributes } from "./attributes.ts";

/** Gives every anchor of one page a name of its own, the same in every build. */
export class Anchors {
  readonly #taken: Set<string>;

  /** `reserved`: ids the page itself uses. */
  constructor(reserved: Iterable<string> = []) {
    this.#taken = new Set(reserved);
  }

  /** `wanted`, or `wanted-2`, `wanted-3`, … when it is taken. */
  take(wanted: string): string {
    let id = wanted;
    for (let n = 2; this.#taken.has(id); n++) id = `${wanted}-${n}`;
    this.#taken.add(id);
    return id;
  }
}

/**
 * The anchor of a heading: its words in lower case, joined by single hyphens.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { slug } from "offprint/kit/site/markup/ids.ts";
 *
 * assertEquals(slug("Theorem 1: what's expected?"), "theorem-1-whats-expected");
 * ```
 */
export function slug(text: string): string {
  const words = text.normalize("NFKC").toLowerCase().replace(/['’]/g, "")
    .match(/[\p{Letter}\p{Number}]+/gu);
  return words === null ? "section" : words.join("-");
}

const STYLE = /(<style\b[^>]*>)([^]*?)(<\/style>)/gi;

/** Attributes whose whole value is one id, or ids with spaces between. */
const REFERENCES = new Set([
  "for",
  "headers",
  "list",
  "aria-activedescendant",
  "aria-controls",
  "aria-describedby",
  "aria-details",
  "aria-flowto",
  "aria-labelledby",
  "aria-owns",
]);

/**
 * Puts `prefix` before every id that `html` defines and wherever `html` refers to one of them
 * (`url(#…)`, `href="#…"`, `aria-labelledby`, `#…` in its style sheets), so that two figures that
 * both define `clip-1` do not share it in one page. References to ids defined elsewhere stay.
 */
export function scopeIds(html: string, prefix: string): string {
  const defined = new Set<string>();
  withAttributes(html, ({ name, value }) => {
    if (name === "id") defined.add(value);
    return value;
  });
  if (defined.size === 0) return html;

  const scoped = (id: string) => defined.has(id) ? prefix + id : id;
  const inUrls = (text: string) =>
    text.replace(
      /url\((["']?|&quot;)#([^"')&]+)\1\)/g,
      (_, quote: string, id: string) => `url(${quote}#${scoped(id)}${quote})`,
    );
  const rewritten = withAttributes(html, ({ name, value }) => {
    if (name === "id") return scoped(value);
    if (REFERENCES.has(name)) return value.split(/\s+/).map(scoped).join(" ");
    if (name === "href" || name === "xlink:href") {
      return value.startsWith("#") ? `#${scoped(value.slice(1))}` : value;
    }
    return inUrls(value);
  });
  return rewritten.replace(STYLE, (_, open: string, css: string, close: string) => {
    const selectors = inUrls(css).replace(
      /#([a-zA-Z_][\w-]*)(?=[^{}]*\{)/g,
      (_, id: string) => `#${scoped(id)}`,
    );
    return open + selectors + close;
  });
}
