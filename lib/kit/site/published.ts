/**
 * What a site has beyond its pages when it is put on a server: previews, a list of its pages, a card.
 *
 * @module
 */
import { escapeHtml } from "./markup/mod.ts";

/** Where a site will stand, and its card. */
export interface Publication {
  /** The address of the site's folder, with the slash at its end. */
  address: string;
  /** A PNG of the size that `card.ts` gives. */
  card: Uint8Array;
}

/** Name of the card in the site's folder. */
export const CARD_FILE = "card.png";

/** Gives the pages among `files` what previews are made of, and adds the card, a site map and a mark for GitHub Pages. */
export function publish(
  files: Map<string, string | Uint8Array>,
  { address, card }: Publication,
): void {
  const pages: string[] = [];
  for (const [name, content] of files) {
    if (typeof content !== "string" || !/^[^/]+\.html$/.test(name)) continue;
    pages.push(addressOf(name, address));
    files.set(name, withPreview(content, addressOf(name, address), `${address}${CARD_FILE}`));
  }
  files.set(CARD_FILE, card);
  files.set(
    "sitemap.xml",
    `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${
      pages.sort().map((page) => `<url><loc>${escapeHtml(page)}</loc></url>\n`).join("")
    }</urlset>\n`,
  );
  // Without it GitHub Pages leaves out files whose names begin with an underscore or a dot.
  files.set(".nojekyll", "");
}

const addressOf = (name: string, address: string): string =>
  name === "index.html" ? address : address + name;

/** The page with its own title and description repeated in the form that previews read. */
function withPreview(page: string, address: string, card: string): string {
  const title = /<title>([^<]*)<\/title>/.exec(page)?.[1] ?? "";
  const description = /<meta name="description" content="([^"]*)">/.exec(page)?.[1] ?? "";
  const tags: [kind: "name" | "property", name: string, escaped: string][] = [
    ["property", "og:type", "website"],
    ["property", "og:site_name", "Offprint"],
    ["property", "og:title", title],
    ["property", "og:description", description],
    ["property", "og:url", escapeHtml(address)],
    ["property", "og:image", escapeHtml(card)],
    ["name", "twitter:card", "summary_large_image"],
  ];
  const lines = tags.map(([kind, name, escaped]) =>
    `<meta ${kind}="${name}" content="${escaped}">\n`
  );
  const canonical = `<link rel="canonical" href="${escapeHtml(address)}">\n`;
  return page.replace("</head>", () => `${canonical}${lines.join("")}</head>`);
}
