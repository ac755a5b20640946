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

/** Spans of class `hljs-…` inside escaped text; a language that is not known stays plain. */
export function highlighted(source: string, language: string): Html {
  if (hljs.getLanguage(language) === undefined) return new Html(escapeHtml(source));
  return new Html(hljs.highlight(source, { language, ignoreIllegals: true }).value);
}
