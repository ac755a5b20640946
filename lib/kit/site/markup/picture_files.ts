/**
 * Pictures as files beside the page: a gallery of many would make its page heavy, and a reader opens few of them.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Smaller ones stay in the page, in characters. */
const SMALL = 2000;

/** A picture of this project's figures that the page holds. */
const HELD =
  /(<img class="offprint-figure-image" )src="data:image\/svg\+xml;base64,([A-Za-z0-9+/]+=*)"/g;

/** What could act in a picture that is opened by itself, without the page's policy. */
const ACTS = /<script|<foreignobject|\son[a-z]+\s*=|javascript:/i;

/** HTML whose large pictures are loaded from files when one comes near them; `pictures` gets these, by name. */
export function withPictureFiles(html: string, pictures: Map<string, string>): string {
  return html.replace(HELD, (held: string, start: string, base64: string) => {
    if (base64.length < SMALL) return held;
    const svg = new TextDecoder().decode(Uint8Array.fromBase64(base64));
    if (ACTS.test(svg)) return held;
    const hash = createHash("sha256").update(svg).digest("hex");
    const name = `assets/pictures/${hash.slice(0, 16)}.svg`;
    pictures.set(name, svg);
    return `${start}loading="lazy" src="${name}"`;
  });
}
