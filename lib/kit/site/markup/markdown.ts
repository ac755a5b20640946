/**
 * The prose of a notebook as HTML. Raw HTML in it is kept: prose is written by the authors of the
 * papers' notebooks.
 *
 * @module
 */
import { Marked, type Token, type Tokens } from "marked";
import { withoutRemoteLoads } from "./attributes.ts";
import { highlighted } from "./code.ts";
import { escapeHtml, Html } from "./html.ts";
import { type Anchors, slug } from "./ids.ts";
import { mathExtension } from "./math.ts";

/** One entry of a page's table of contents. */
export interface Heading {
  /** 1 for the title. */
  level: number;
  anchor: string;
  /** The heading's text as it is in the page, without links. */
  label: Html;
  /** The heading's words alone; a formula is its LaTeX. */
  text: string;
}

/** How many equations and figures of a page have their number so far. */
export interface Numbers {
  equations: number;
  figures: number;
}

/** Where a piece of Markdown stands. */
export interface MarkdownPlace {
  /** Names for its headings. */
  anchors: Anchors;
  /** Counts displayed formulas and figures, so that one can refer to them. */
  numbers: Numbers;
  /**
   * What a link or an image of the notebook points at in the site; `null` where it leads nowhere.
   */
  resolve(href: string): string | null;
  /** Takes pictures that get files of their own, by their names in the site; without it they stay in the page. */
  pictures?: Map<string, string>;
}

/** Rendered Markdown with the headings in it, in order. */
export interface RenderedMarkdown {
  html: Html;
  headings: Heading[];
}

/**
 * Renders Markdown (GitHub's dialect, with formulas).
 *
 * @param options `numbered: false` leaves displayed formulas without a number.
 */
export function renderMarkdown(
  source: string,
  place: MarkdownPlace,
  options: { numbered?: boolean } = {},
): RenderedMarkdown {
  const headings: Heading[] = [];
  const marked = new Marked(mathExtension(options.numbered === false ? undefined : place.numbers), {
    renderer: {
      heading({ tokens, depth }: Tokens.Heading): string {
        const label = this.parser.parseInline(tokens);
        const text = wordsOf(tokens).trim();
        const anchor = place.anchors.take(slug(text));
        headings.push({ level: depth, anchor, label: new Html(withoutLinks(label)), text });
        return `<h${depth} id="${anchor}">${label} <a class="anchor" href="#${anchor}" ` +
          `aria-label="Link to this section">#</a></h${depth}>\n`;
      },
      code({ text, lang }: Tokens.Code): string {
        return `<pre class="code"><code>${highlighted(text, languageOf(lang))}</code></pre>\n`;
      },
      link({ href, title, tokens }: Tokens.Link): string {
        const text = this.parser.parseInline(tokens);
        const target = place.resolve(href);
        if (target === null) return text;
        return `<a href="${escapeHtml(target)}"${titled(title)}>${text}</a>`;
      },
      image({ href, title, text }: Tokens.Image): string {
        const target = place.resolve(href);
        if (target === null) return escapeHtml(text);
        // A page that opens without the network loads no picture from elsewhere: it names and links
        // it.
        return /^(?!data:)[a-z][a-z0-9+.-]*:/i.test(target)
          ? `<a href="${escapeHtml(target)}">${escapeHtml(text || target)}</a>`
          : `<img src="${escapeHtml(target)}" alt="${escapeHtml(text)}"${titled(title)}>`;
      },
    },
  });
  const html = parsed(marked, source);
  return { html: new Html(withScrollingTables(withoutRemoteLoads(html))), headings };
}

/** Lines nested deeper than any author writes are shown as they are: a parser recurses, and takes its time. */
const DEEPEST = 100;
/** Stars and underscores of one cell; each may open what a later one closes. */
const MOST_SIGNS = 4000;

/** The prose as HTML, or as it was typed where it is nested too deeply for the parser. */
function parsed(marked: Marked, source: string): string {
  const typed = () => `<pre>${escapeHtml(source)}</pre>\n`;
  const signs = source.match(/[*_]/g)?.length ?? 0;
  if (signs > MOST_SIGNS || source.split("\n").some((line) => nesting(line) > DEEPEST)) {
    return typed();
  }
  try {
    return marked.parse(source, { async: false });
  } catch (error) {
    if (error instanceof RangeError) return typed();
    throw error;
  }
}

/** Signs in a row that open a quotation, a list, a bracket or emphasis, with blanks between them or not. */
function nesting(line: string): number {
  // A list in a list is set off by two blanks.
  const indent = /^[ \t]*(?=(?:[-*+]|\d+[.)])[ \t])/.exec(line)?.[0].length ?? 0;
  let longest = Math.ceil(indent / 2);
  for (const [run] of line.matchAll(/(?:[>*+_~[(!-][ \t]*|\d+[.)][ \t]+)+/g)) {
    const plain = run.replace(/[ \t]/g, "");
    // A rule of dashes or stars nests nothing.
    if (!/^(?:-+|\*+|_+|~+)$/.test(plain) || plain.length > 1000) {
      longest = Math.max(longest, plain.length);
    }
  }
  return longest;
}

function titled(title: string | null | undefined): string {
  return title ? ` title="${escapeHtml(title)}"` : "";
}

/** The name highlight.js knows a fence's language by; a fence without one is plain. */
function languageOf(info: string | undefined): string {
  const name = info?.match(/^\S+/)?.[0].toLowerCase() ?? "";
  const known: Record<string, string> = {
    systemverilog: "verilog",
    shell: "bash",
    console: "bash",
    js: "typescript",
    javascript: "typescript",
  };
  return known[name] ?? name;
}

function wordsOf(tokens: readonly Token[]): string {
  return tokens.map((token) => {
    if (token.type === "math") return ` ${token["before"]}${token["latex"]} `;
    if (token.type === "html") return "";
    if ("tokens" in token && token.tokens) return wordsOf(token.tokens);
    return "text" in token ? String(token.text) : "";
  }).join("");
}

function withoutLinks(html: string): string {
  return html.replace(/<\/?a\b[^>]*>/g, "").replace(/\sid="[^"]*"/g, "");
}

/** A wide table scrolls in its own box, which the keyboard can reach. */
function withScrollingTables(html: string): string {
  const open = '<div class="scroll" tabindex="0" role="group" aria-label="Table">';
  return html.replace(/<table\b[^>]*>/g, `${open}$&`).replace(/<\/table>/g, "$&</div>");
}
