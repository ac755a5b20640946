/**
 * Formulas in Markdown, set by KaTeX while the site is built.
 *
 * The delimiters are those Jupyter reads, so that one source looks the same in both: `$…$` in a
 * line, `$$…$$` displayed, and bare `\begin{align}…\end{align}` environments. As in Pandoc, an
 * opening `$` is followed by a character that is not a space, a closing one is preceded by such a
 * character and not followed by a digit, so that "between $5 and $10" stays text.
 *
 * @module
 */
import katex from "katex";
import type { MarkedExtension, TokenizerAndRendererExtension, Tokens } from "marked";
import { messageOf } from "offprint/errors.ts";
import { escapeHtml } from "./html.ts";

/** A bracket before the formula, and a bracket or full stop behind it, are held together with it: browsers would break there. */
const INLINE = /^([(“‘]?)\$(?![\s$])((?:\\[^]|[^\\$])*?(?:\\[^]|[^\\$\s]))\$(?!\d)([).,;:?!]*)/;
const DISPLAY = /^\$\$((?:\\[^]|[^\\$])+?)\$\$/;
const ENVIRONMENT =
  /^\\begin\{((?:align|alignat|equation|gather|multline|CD)\*?)\}[^]*?\\end\{\1\}/;

/**
 * LaTeX as HTML with MathML beside it. A formula KaTeX cannot read becomes a visible message that
 * repeats the formula and says what is wrong: a page is never lost for one formula.
 */
export function renderMath(latex: string, display: boolean): string {
  try {
    return katex.renderToString(latex.trim(), {
      displayMode: display,
      throwOnError: true,
      strict: "ignore",
      trust: false,
    });
  } catch (error) {
    const reason = messageOf(error).replace(/^KaTeX parse error: /, "");
    return `<span class="bad-formula${display ? " bad-formula-display" : ""}" role="note">` +
      `<strong>Formula that cannot be shown:</strong> <code>${escapeHtml(latex.trim())}</code> ` +
      `<span>(${escapeHtml(reason)})</span></span>`;
  }
}

interface MathToken extends Tokens.Generic {
  type: "math" | "mathBlock";
  /** What is right before the formula and belongs on its line. */
  before: string;
  /** What is right behind it, likewise. */
  after: string;
  latex: string;
  display: boolean;
}

/**
 * The Markdown extension: `new Marked(mathExtension())`.
 *
 * @param numbers Counts the formulas displayed in a block of their own: each gets its number and the
 * anchor `#eq-N`. Without it they have none.
 */
export function mathExtension(numbers?: { equations: number }): MarkedExtension {
  return { extensions: [inlineMath, blockMath(numbers)] };
}

const inlineMath: TokenizerAndRendererExtension = {
  name: "math",
  level: "inline",
  start: (source) => source.match(/[(“‘]?\$|\\begin\{/)?.index,
  tokenizer(source): MathToken | undefined {
    return displayed(source, "math") ?? within(source);
  },
  renderer: (token) => render(token as MathToken),
};

const blockMath = (
  numbers: { equations: number } | undefined,
): TokenizerAndRendererExtension => ({
  name: "mathBlock",
  level: "block",
  // Only a line that starts with a delimiter ends the paragraph before it, as in Jupyter.
  start: (source) => source.match(/(?<=\n) {0,3}(?:\$\$|\\begin\{)/)?.index,
  tokenizer(source): MathToken | undefined {
    const indent = source.match(/^ {0,3}/)![0];
    const token = displayed(source.slice(indent.length), "mathBlock");
    if (token === undefined) return undefined;
    // A display with text behind it on its last line belongs to that paragraph.
    const rest = source.slice(indent.length + token.raw.length).match(/^[ \t]*(?:\n+|$)/);
    return rest === null ? undefined : { ...token, raw: indent + token.raw + rest[0] };
  },
  renderer(token) {
    const math = render(token as MathToken);
    if (numbers === undefined) return `${math}\n`;
    const id = `eq-${++numbers.equations}`;
    return `<div class="equation" id="${id}">${math}` +
      `<a class="equation-number" href="#${id}" aria-label="Equation ${numbers.equations}">` +
      `(${numbers.equations})</a></div>\n`;
  },
});

function displayed(source: string, type: MathToken["type"]): MathToken | undefined {
  const dollars = source.match(DISPLAY);
  if (dollars) {
    return { type, raw: dollars[0], before: "", after: "", latex: dollars[1]!, display: true };
  }
  const environment = source.match(ENVIRONMENT);
  if (environment) {
    const [latex] = environment;
    return { type, raw: latex, before: "", after: "", latex, display: true };
  }
  return undefined;
}

function within(source: string): MathToken | undefined {
  const match = source.match(INLINE);
  // An empty line ends a paragraph; it cannot stand inside a formula.
  if (match === null || /\n\s*\n/.test(match[0])) return undefined;
  const [raw, before, latex, after] = match as unknown as [string, string, string, string];
  return { type: "math", raw, before, after, latex, display: false };
}

function render(token: MathToken): string {
  const { latex, display, before, after } = token;
  const alone = renderMath(latex, display);
  // Behind a formula, which is a row of boxes to a browser, no style holds a full stop: it is set in the last box.
  const math = after === ""
    ? alone
    : alone.includes("bad-formula")
    ? alone + after
    : renderMath(`${latex}\\text{${after}}`, display);
  return before === "" ? math : `<span class="held">${before}${math}</span>`;
}
