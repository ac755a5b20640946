/**
 * What every page of the site has around its content.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Html, markup, raw } from "./markup/mod.ts";

/** One page before it gets its frame. */
export interface PageParts {
  /** Shown in the tab, before "Offprint". */
  title: string;
  /** One sentence for previews and search. */
  description: string;
  /** Class of the body: which kind of page this is. */
  kind: "paper-page" | "index-page";
  /** Beside the main content on wide screens. */
  aside?: Html;
  main: Html;
  /** What stands between the tags of other scripts that this page may run: those of figures that can be moved. */
  scripts?: readonly string[];
  /**
   * Names of files under the site's folder that a served page links beside its own, `.css` and `.js`. Such a page has no script
   * inside and no policy of its own: the server that sends it sends the policy.
   */
  served?: readonly string[];
}

/** The parts of the script of every page. What it finds may change how tall a page is, so that comes first. */
const SCRIPT = ["find_script", "page_script"].map((name) =>
  Deno.readTextFileSync(new URL(`./${name}.js`, import.meta.url)).trim()
).join("\n");

/** Where a server offers the script that other pages carry inside. */
export const SCRIPT_FILE = "assets/page.js";

/** What stands between the script's tags. */
export const SCRIPT_TEXT = `\n${SCRIPT}\n`;

/**
 * What a page may do: its own script, the committed scripts of its figures and no other, its own styles, fonts and
 * pictures, pictures that stand in the page itself, and no connection to anywhere. So nothing that a notebook put into
 * an output or its prose runs or loads.
 */
function policy(scripts: readonly string[]): string {
  const hashes = [SCRIPT_TEXT, ...scripts].map((text) =>
    `'sha256-${createHash("sha256").update(text).digest("base64")}'`
  );
  return [
    "default-src 'none'",
    `script-src ${hashes.join(" ")}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    // A figure that takes long to draw is drawn by its own script in a worker.
    ...(scripts.length > 0 ? ["worker-src blob:"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** A whole HTML document; it loads nothing from outside the site's folder. */
export function pageDocument(page: PageParts): string {
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
${
    page.served === undefined &&
    markup`<meta http-equiv="Content-Security-Policy" content="${raw(policy(page.scripts ?? []))}">
`
  }<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${page.description}">
<title>${page.title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/katex/katex.css">
<link rel="stylesheet" href="assets/style.css">
${page.served === undefined ? markup`<script>${raw(SCRIPT_TEXT)}</script>` : linked(page.served)}
</head>
<body class="${page.kind}">
<a class="skip-link" href="#content">Skip to the content</a>
<header class="site-header"><div>
<a class="wordmark" href="index.html">Offprint</a>
<nav aria-label="Site"><a href="index.html#papers">Papers</a> <a href="index.html#claims">Claims</a> <a href="search.html">Search</a></nav>
<button type="button" class="theme-toggle" aria-pressed="false" aria-label="Dark colours" title="Dark colours" hidden>${THEME_ICON}</button>
</div></header>
<div class="columns">
${page.aside}<main id="content" tabindex="-1">
${page.main}</main>
</div>
<footer class="site-footer">
<p>Offprint: papers you can rerun. Numbers, tables and figures are outputs of the code beside them.</p>
</footer>
</body>
</html>
`.text;
}

/** The files of a served page; scripts of its own run when the page is there, the one of every page before the first paint. */
function linked(files: readonly string[]): Html {
  return markup`${
    files.map((file) =>
      file.endsWith(".css")
        ? markup`<link rel="stylesheet" href="${file}">\n`
        : markup`<script defer src="${file}"></script>\n`
    )
  }<script src="${SCRIPT_FILE}"></script>`;
}

const THEME_ICON = raw(
  '<svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">' +
    '<circle cx="9" cy="9" r="7.25" fill="none" stroke="currentColor" stroke-width="1.5"/>' +
    '<path d="M9 2a7 7 0 0 1 0 14z" fill="currentColor"/></svg>',
);
