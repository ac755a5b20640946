/**
 * What a cell printed, displayed, returned or threw, as HTML.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import type { ErrorOutput, Json, MimeBundle, Output } from "../nbformat.ts";
import { withoutRemoteLoads } from "./attributes.ts";
import { Html, markup, raw } from "./html.ts";
import { scopeIds } from "./ids.ts";
import { type MarkdownPlace, renderMarkdown } from "./markdown.ts";
import { renderMath } from "./math.ts";

/**
 * Media types a page can show, best first. Data for programs, as a claim's record, is not among
 * them.
 */
export const SHOWN_MEDIA_TYPES = [
  "text/html",
  "image/svg+xml",
  "image/png",
  "image/jpeg",
  "text/markdown",
  "text/latex",
  "application/json",
  "text/plain",
] as const;

const NOTHING = new Html("");

/**
 * One output as HTML; empty where there is nothing a reader can see.
 *
 * `text/html` and SVG are put into the page as they are (they come from this project's own
 * notebooks); everything else is escaped.
 *
 * @param name Unique in the page, of letters, digits and single hyphens: ids inside the output get it
 * as their prefix.
 */
export function renderOutput(output: Output, name: string, place: MarkdownPlace): Html {
  switch (output.output_type) {
    case "stream":
      return output.name === "stderr"
        ? preformatted(printed(output.text), "output-stderr", "stderr")
        : preformatted(printed(output.text), "output-stream");
    case "error":
      return renderError(output);
    case "display_data":
    case "execute_result":
      return renderBundle(output.data, output.metadata, name, place);
  }
}

/**
 * What a terminal would show in the end: no colour codes, and of a line that was written over with
 * `\r` the last text.
 */
export function printed(text: string): string {
  return stripVTControlCharacters(text.replace(/\r+\n/g, "\n"))
    .replace(/[^\n]*\r(?=[^\n\r])/g, "").replace(/\r/g, "")
    // deno-lint-ignore no-control-regex -- the other control characters cannot stand in HTML
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\ufffd")
    .trimEnd();
}

function preformatted(text: string, kind: string, label?: string): Html {
  if (text === "") return NOTHING;
  return markup`<div class="output ${kind}">${
    label !== undefined && markup`<p class="output-label">${label}</p>`
  }<pre>${text}</pre></div>
`;
}

function renderError(error: ErrorOutput): Html {
  const line = printed(error.evalue === "" ? error.ename : `${error.ename}: ${error.evalue}`);
  const trace = printed(error.traceback.join("\n"));
  // Deno's kernel repeats the message as first line of the trace.
  const rest = trace.startsWith(line) ? trace.slice(line.length).trimStart() : trace;
  return markup`<div class="output output-error" role="group" aria-label="Error">
<p class="output-label">This cell failed</p>
<pre><strong>${line}</strong>${rest !== "" && `\n${rest}`}</pre></div>
`;
}

function renderBundle(
  data: MimeBundle,
  metadata: Record<string, Json>,
  name: string,
  place: MarkdownPlace,
): Html {
  const type = SHOWN_MEDIA_TYPES.find((candidate) => Object.hasOwn(data, candidate));
  if (type === undefined) return NOTHING;
  const text = contentOf(data[type]!);
  switch (type) {
    case "text/html": {
      const html = withDrawing(text, data["image/svg+xml"]);
      return html.trim() === "" ? NOTHING : framed("output-html", embedded(html, name));
    }
    case "image/svg+xml":
      return framed("output-figure", embedded(svgElement(text), name));
    case "image/png":
    case "image/jpeg": {
      const source = `data:${type};base64,${text.replace(/\s/g, "")}`;
      const alt = altText(data, metadata[type]);
      return framed("output-figure", markup`<img src="${source}" alt="${alt}">`);
    }
    case "text/markdown":
      return framed("output-markdown prose", renderMarkdown(text, place).html);
    case "text/latex": {
      const latex = text.trim().replace(/^(\${1,2})([^]*)\1$/, "$2");
      return framed("output-markdown", raw(renderMath(latex, true)));
    }
    case "application/json":
      return preformatted(JSON.stringify(data[type], null, 2), "output-stream");
    case "text/plain":
      // The kernel writes the value of a statement without one as this word.
      return preformatted(text === "undefined" ? "" : printed(text), "output-stream");
  }
}

function framed(kind: string, content: Html): Html {
  return markup`<div class="output ${kind}">${content}</div>\n`;
}

/** HTML of a notebook as part of a page: with ids of its own, and nothing loaded from elsewhere. */
function embedded(html: string, name: string): Html {
  return raw(withoutRemoteLoads(scopeIds(html, `${name}--`)));
}

/** Text in a bundle is one string or a list of lines. */
function contentOf(content: Json): string {
  return Array.isArray(content) ? content.join("") : String(content);
}

/**
 * A figure's HTML with the drawing itself in place of the picture that holds it: as a part of the
 * page it follows the page's colours, and its words can be found and copied.
 */
function withDrawing(html: string, svg: Json | undefined): string {
  if (svg === undefined) return html;
  const drawing = svgElement(contentOf(svg));
  return html.replace(
    /<img\b(?:"[^"]*"|'[^']*'|[^"'>])*>/g,
    (image) => image.includes('class="offprint-figure-image"') ? drawing : image,
  );
}

/** An SVG file without XML declaration and document type, as it stands in a page. */
function svgElement(file: string): string {
  return file.replace(/^(?:\s|<\?xml[^>]*\?>|<!DOCTYPE[^>]*>)*/i, "");
}

function altText(data: MimeBundle, metadata: Json | undefined): string {
  const given = metadata !== null && typeof metadata === "object" && !Array.isArray(metadata)
    ? metadata["alt"]
    : undefined;
  if (typeof given === "string") return given;
  return data["text/plain"] === undefined ? "Figure" : printed(contentOf(data["text/plain"]));
}
