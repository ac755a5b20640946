/**
 * The attributes of HTML and SVG that notebooks made, without building a tree of it.
 *
 * @module
 */

/**
 * A start tag with its attributes; quoted values may hold `<` and `>`. Outside quotes a `<` ends the
 * attempt, so that text with many tags that never close is still read in one go.
 */
const START_TAG = /<([a-zA-Z][^\s/<>]*)(?:\s(?:"[^"]*"|'[^']*'|[^"'<>])*)?>/g;
const ATTRIBUTE = /(\s)([a-zA-Z_:][\w:.-]*)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/g;

/** An attribute as it is written: names in lower case, the value as it stands, without quotes. */
export interface Attribute {
  tag: string;
  name: string;
  value: string;
}

/**
 * Replaces the values of attributes in `html`; `null` takes the attribute away. Quotes stay as they
 * are, so a replacement must be escaped as the value was.
 */
export function withAttributes(
  html: string,
  replace: (attribute: Attribute) => string | null,
): string {
  return html.replace(START_TAG, (start: string, tag: string) =>
    start.replace(ATTRIBUTE, (
      whole: string,
      space: string,
      name: string,
      equals: string,
      quoted: string,
    ) => {
      const quote = /^["']/.test(quoted) ? quoted[0]! : "";
      const value = quoted.slice(quote.length, quoted.length - quote.length);
      const replaced = replace({ tag: tag.toLowerCase(), name: name.toLowerCase(), value });
      if (replaced === value) return whole;
      return replaced === null ? "" : `${space}${name}${equals}${quote}${replaced}${quote}`;
    }));
}

/** What loads something by itself when a page opens; a link (`<a href>`) waits for the reader. */
const LOADS: Record<string, ReadonlySet<string>> = {
  src: new Set(["audio", "embed", "iframe", "img", "input", "script", "source", "track", "video"]),
  srcset: new Set(["img", "source"]),
  poster: new Set(["video"]),
  data: new Set(["object"]),
  background: new Set(["body", "table", "td", "th", "tr"]),
  href: new Set(["feimage", "image", "link", "use"]),
  "xlink:href": new Set(["feimage", "image", "use"]),
};

/** Attributes that lead somewhere when a reader follows them. */
const LEADS = new Set(["action", "formaction", "href", "xlink:href"]);

/** Schemes that a link may have, and pictures in the page itself. */
const FOLLOWED = /^(?:https?|mailto):|^data:image\//i;

/** Elements that send the reader elsewhere, or change what a page loads, without being asked. */
const UNASKED = /<\/?(?:meta|base|link)\b(?:"[^"]*"|'[^']*'|[^"'<>])*>?/gi;

const ELSEWHERE = /(?:^|[\s,])(?:[a-z][a-z0-9+.-]*:)?\/\//i;
const REMOTE_URL = /url\(\s*(?:(?:["']|&quot;)\s*)?(?:https?:)?\/\/[^)]*\)?/gi;

/** Whether a link leads to another scheme than those of the web: to a script, say. */
function runs(value: string): boolean {
  const target = value
    .replace(/&#x([0-9a-f]+);?/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/&#(\d+);?/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&(?:Tab|NewLine);/g, "").replace(/&colon;/g, ":")
    // deno-lint-ignore no-control-regex -- a browser passes over them
    .replace(/[\u0000-\u0020]/g, "");
  return /^[a-z][a-z0-9+.-]*:/i.test(target) && !FOLLOWED.test(target);
}

/**
 * Takes from `html` what would be loaded from another place: pictures, scripts, frames, style
 * sheets; and links that would run something. A page of the site opens without the network.
 */
export function withoutRemoteLoads(html: string): string {
  const local = withAttributes(html.replace(UNASKED, ""), ({ tag, name, value }) => {
    if (LEADS.has(name) && runs(value)) return null;
    if (LOADS[name]?.has(tag) && !value.startsWith("data:") && ELSEWHERE.test(value)) return null;
    return value.replace(REMOTE_URL, "none");
  });
  return local.replace(
    /(<style\b[^>]*>)([^]*?)(<\/style>)/gi,
    (_, open, css: string, close) =>
      open + css.replace(/@import\b[^;]*;?/gi, "").replace(REMOTE_URL, "none") + close,
  );
}
