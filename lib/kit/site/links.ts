/**
 * Links of a notebook, as they must read in the site.
 *
 * @module
 */
import { slug } from "./markup/mod.ts";

/** Schemes a link may have; anything else, `javascript:` above all, is dropped. */
const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/**
 * Where a link or image of a notebook leads from its page.
 *
 * Notebooks refer to each other as files (`04-gradient-entanglement.ipynb` or `.ts`): those lead to
 * pages. Links to the web and to headings stay, as do pictures inside the text (`data:image/…`). A
 * file that is not part of the site gives `null`: the words stay, the link goes.
 *
 * @param pages Ids of the notebooks in the site.
 */
export function linkResolver(pages: readonly string[]): (href: string) => string | null {
  const known = new Set(pages);
  return (href) => {
    if (href.startsWith("#")) return `#${slug(decoded(href.slice(1)))}`;
    if (/^data:image\//i.test(href)) return href;
    const scheme = href.match(/^[a-z][a-z0-9+.-]*:/i)?.[0].toLowerCase();
    if (scheme !== undefined) return SCHEMES.has(scheme) ? href : null;
    const [path = "", fragment] = href.replace(/^\.\//, "").split("#");
    const id = path.replace(/\.(?:ipynb|ts|html)$/, "");
    if (!known.has(id)) return null;
    return fragment === undefined ? `${id}.html` : `${id}.html#${slug(decoded(fragment))}`;
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
