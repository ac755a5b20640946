/**
 * HTML as a type of its own, so that text is escaped unless someone says it is markup.
 *
 * The tag of templates is not called `html`, because `deno fmt` lays such templates out anew and
 * would put white space into `<pre>`.
 *
 * @module
 */
import { escapeHtml } from "offprint/notebook/output/html.ts";

export { escapeHtml };

/** Finished HTML. Anything else put into {@linkcode markup} is escaped. */
export class Html {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

/**
 * What may be in a hole of {@linkcode markup}; `null`, `undefined` and `false` leave it empty.
 */
export type Piece = Html | string | number | null | undefined | false | readonly Piece[];

/** Takes a string as HTML: only for what this project made itself or already escaped. */
export function raw(text: string): Html {
  return new Html(text);
}

/**
 * HTML with holes; what is put in is escaped, unless it is {@linkcode Html}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { markup } from "offprint/kit/site/markup/html.ts";
 *
 * const list = [markup`<br>`, 1];
 * assertEquals(markup`<p>${"a < b"}${false}${list}</p>`.text, "<p>a &lt; b<br>1</p>");
 * ```
 */
export function markup(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  let text = strings[0]!;
  pieces.forEach((piece, i) => text += textOf(piece) + strings[i + 1]!);
  return new Html(text);
}

/** Pieces one after the other, with `between` between those that are not empty. */
export function joined(pieces: readonly Piece[], between: Piece = ""): Html {
  return new Html(pieces.map(textOf).filter((text) => text !== "").join(textOf(between)));
}

function textOf(piece: Piece): string {
  if (piece instanceof Html) return piece.text;
  if (piece === null || piece === undefined || piece === false) return "";
  if (typeof piece === "object") return piece.map(textOf).join("");
  return escapeHtml(String(piece));
}
