/**
 * Code, coloured while the site is built: no script runs in the page for it.
 *
 * @module
 */
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import json from "highlight.js/lib/languages/json";
import typescript from "highlight.js/lib/languages/typescript";
import verilog from "highlight.js/lib/languages/verilog";
import { escapeHtml, Html } from "./html.ts";

const LANGUAGES = { bash, c, json, typescript, verilog };
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

/** The names that have a colour of their own; `style/cells.css` has them, and nothing else marks a word. */
const COLOURED = new Set([
  "keyword",
  "literal",
  "meta",
  "string",
  "regexp",
  "number",
  "comment",
  "doctag",
  "title",
  "type",
  "built_in",
  "subst",
]);

/** Spans of class `hljs-…` inside escaped text; a language that is not known stays plain. */
export function highlighted(source: string, language: string): Html {
  if (hljs.getLanguage(language) === undefined) return new Html(escapeHtml(source));
  return new Html(coloured(hljs.highlight(source, { language, ignoreIllegals: true }).value));
}

/** Without the spans that change no colour: about a third of all, which weigh as much as the code. */
function coloured(html: string): string {
  const open: boolean[] = [];
  return html.replace(/<span class="(?:hljs-)?([^"]*)">|<\/span>/g, (tag, names?: string) => {
    if (names === undefined) return open.pop() ? tag : "";
    const [name = "", kind] = names.split(" ");
    const shown = kind === "class_" ? "type" : name;
    open.push(COLOURED.has(shown));
    return COLOURED.has(shown) ? `<span class="hljs-${shown}">` : "";
  });
}
