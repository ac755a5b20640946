/**
 * What a cell printed, displayed, returned or threw, as HTML.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import type { ErrorOutput, Json, MimeBundle, Output } from "../../nbformat.ts";
import { leastWidth, smallestLetters } from "offprint/notebook/figures/figure.ts";
import { withoutRemoteLoads } from "./attributes.ts";
import { withoutCellStyles } from "./cell_styles.ts";
import { withoutFigureScripts } from "./figure_scripts.ts";
import { Html, markup, raw } from "./html.ts";
import { scopeIds } from "./ids.ts";
import { type MarkdownPlace, renderMarkdown } from "./markdown.ts";
import { renderMath } from "./math.ts";
import { withPictureFiles } from "./picture_files.ts";

/**
 * Media types a page can show, best first. Data for programs, as a claim's record, is not among
 * them.
 */
const SHOWN_MEDIA_TYPES = [
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
  return stripVTControlCharacters(text).split("\n").map(lastWritten).join("\n")
    // deno-lint-ignore no-control-regex -- the other control characters cannot stand in HTML
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\ufffd")
    .trimEnd();
}

/** The text after the last `\r` of a line that has text behind it. */
function lastWritten(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\r") end--;
  const text = line.slice(0, end);
  return text.slice(text.lastIndexOf("\r") + 1);
}

/** A page shows at most this many characters and lines of one printed output. */
const SHOWN_CHARACTERS = 200_000;
const SHOWN_LINES = 2_000;

/** The beginning of a printed text, and where something is left out, a line that says how much. */
function cut(text: string): { shown: string; note: string | undefined } {
  let end = Math.min(text.length, SHOWN_CHARACTERS);
  let newline = -1;
  for (let lines = 0; lines < SHOWN_LINES; lines++) {
    newline = text.indexOf("\n", newline + 1);
    if (newline < 0) break;
  }
  if (newline >= 0) end = Math.min(end, newline);
  if (end === text.length) return { shown: text, note: undefined };
  const inPair = /[\ud800-\udbff]/.test(text[end - 1]!) && /[\udc00-\udfff]/.test(text[end]!);
  const shown = text.slice(0, inPair ? end - 1 : end);
  const lines = text.slice(end).split("\n").length - 1;
  const counts = [
    ...(lines === 0 ? [] : [`${lines} more ${lines === 1 ? "line" : "lines"}`]),
    `${text.length - shown.length} characters`,
  ];
  return { shown, note: `… ${counts.join(", ")} are left out here; the notebook keeps them all.` };
}

function preformatted(text: string, kind: string, label?: string): Html {
  if (text === "") return NOTHING;
  const { shown, note } = cut(text);
  return markup`<div class="output ${kind}">${
    label !== undefined && markup`<p class="output-label">${label}</p>`
  }<pre>${shown}</pre>${note !== undefined && markup`<p class="output-cut">${note}</p>`}</div>
`;
}

function renderError(error: ErrorOutput): Html {
  const line = printed(error.evalue === "" ? error.ename : `${error.ename}: ${error.evalue}`);
  const trace = printed(error.traceback.join("\n"));
  // Deno's kernel repeats the message as first line of the trace.
  const rest = cut(trace.startsWith(line) ? trace.slice(line.length).trimStart() : trace);
  const message = cut(line);
  const note = message.note ?? rest.note;
  return markup`<div class="output output-error" role="group" aria-label="Error">
<p class="output-label">This cell failed</p>
<pre><strong>${message.shown}</strong>${rest.shown !== "" && `\n${rest.shown}`}</pre>${
    note !== undefined && markup`<p class="output-cut">${note}</p>`
  }</div>
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
      // Scripts of our own figures stay as they are, byte for byte: the page's policy names them by their hash.
      const { rest, elements } = withoutFigureScripts(text);
      const drawn = withDrawing(rest, data["image/svg+xml"]);
      const html = place.pictures === undefined ? drawn : withPictureFiles(drawn, place.pictures);
      if (html.trim() === "") return NOTHING;
      // Numbered after its ids are made its own: the number's is the page's.
      const own = withNumber(withoutCellStyles(embedded(html, name).text), place);
      return framed("output-html", raw(own + elements.join("")));
    }
    case "image/svg+xml":
      return framed("output-figure", embedded(drawingOf(text), name));
    case "image/png":
    case "image/jpeg": {
      const source = `data:${type};base64,${text.replace(/\s/g, "")}`;
      const alt = altText(data, metadata[type]);
      return framed("output-figure", markup`<img src="${source}" alt="${alt}">`);
    }
    case "text/markdown":
      return framed("output-markdown prose", renderMarkdown(text, place, { numbered: false }).html);
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
  const drawing = drawingOf(contentOf(svg));
  return html.replace(
    /<img\b(?:"[^"]*"|'[^']*'|[^"'<>])*>/g,
    (image) => image.includes('class="offprint-figure-image"') ? drawing : image,
  );
}

/**
 * Figures of this project's with their number, which is a link to it: "Figure 3". Several in one output are parts of one
 * figure: "Figure 3.1".
 */
function withNumber(html: string, { numbers }: MarkdownPlace): string {
  const figures = /<figure class="offprint-figure"([^]*?)<\/figure>/g;
  const parts = html.match(figures)?.length ?? 0;
  if (parts === 0) return html;
  const number = ++numbers.figures;
  let part = 0;
  return html.replace(figures, (figure) => {
    const place = parts === 1 ? [number] : [number, ++part];
    const id = `fig-${place.join("-")}`;
    const label = `<a class="figure-number" href="#${id}">Figure ${place.join(".")}</a>`;
    const named = figure.replace("<figure", `<figure id="${id}"`);
    if (named.includes("<figcaption>")) {
      return named.replace("<figcaption>", `<figcaption>${label} `);
    }
    const caption = `<figcaption>${label}</figcaption>`;
    return named.includes("<details>")
      ? named.replace("<details>", `${caption}<details>`)
      : named.replace("</figure>", `${caption}</figure>`);
  });
}

/** An SVG that knows how narrow it may become. */
function drawingOf(file: string): string {
  const svg = svgElement(file);
  const width = svg.match(/^<svg\b[^>]*?\swidth="([\d.]+)(?:px)?"/)?.[1];
  const least = width === undefined
    ? ""
    : ` style="--least:${leastWidth(+width, smallestLetters(svg))}px"`;
  return `<div class="drawing"${least}>${svg}</div>`;
}

/** An SVG file without XML declaration and document type, as it is in a page. */
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
