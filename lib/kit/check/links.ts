/**
 * Links between the project's own files: in `*.md` and in the prose of notebooks.
 *
 * @module
 */
import { exists, readText } from "offprint/files.ts";
import { dirname, join, normalize, relative, sep } from "node:path";
import { Marked, type Token } from "marked";
import { slug } from "../site/markup/ids.ts";
import { type Pair, scanPercent } from "../pairs/mod.ts";
import type { Problem } from "./problem.ts";

/** A piece of Markdown and where it is. */
interface Prose {
  /** Path from the root, with slashes. */
  file: string;
  /** The line of its first line. */
  line: number;
  text: string;
}

/**
 * Links that lead nowhere: to a file of the project that does not exist, or to a heading that its file does not have.
 * The web is not asked.
 *
 * @param root The project's folder.
 * @param pairs Its notebooks.
 */
export async function checkLinks(root: string, pairs: readonly Pair[]): Promise<Problem[]> {
  const files = new Map<string, Prose[]>();
  for (const name of await markdownFiles(root)) {
    const text = (await readText(join(root, name))).replaceAll("\r\n", "\n");
    files.set(name, [{ file: name, line: 1, text }]);
  }
  for (const { source, sourceName } of pairs) {
    if (source === undefined) continue;
    const prose = scanPercent(source, sourceName).cells.flatMap(({ cell, line }) =>
      cell.cell_type === "markdown" ? [{ file: sourceName, line: line + 1, text: cell.source }] : []
    );
    files.set(sourceName, prose);
    files.set(sourceName.replace(/\.ts$/, ".ipynb"), prose);
  }
  const problems: Problem[] = [];
  for (const [name, pieces] of files) {
    if (name.endsWith(".ipynb")) continue;
    for (const piece of pieces) {
      for (const { target, line } of linksOf(piece)) {
        const wrong = await wrongWith(root, files, piece.file, target);
        if (wrong !== undefined) {
          problems.push({ file: name, line, message: `the link to ${target} ${wrong}` });
        }
      }
    }
  }
  return problems;
}

const OUTSIDE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;

async function wrongWith(
  root: string,
  files: ReadonlyMap<string, Prose[]>,
  from: string,
  target: string,
): Promise<string | undefined> {
  if (OUTSIDE.test(target) || target === "") return undefined;
  const [path = "", fragment] = target.split("#").map(decoded);
  const file = path === "" ? from : normalize(join(dirname(from), path)).replaceAll(sep, "/");
  if (path.startsWith("/") || file.startsWith("../")) {
    return "leaves the project, use a path from this file";
  }
  if (path !== "" && !await exists(join(root, file))) {
    return `leads nowhere: there is no ${file}, correct or remove it`;
  }
  const pieces = files.get(file);
  if (fragment === undefined || fragment === "" || pieces === undefined) return undefined;
  const anchors = pieces.flatMap(({ text }) => headingsOf(text));
  if (anchors.some((heading) => anchor(heading) === anchor(fragment))) return undefined;
  return `leads nowhere: ${file} has no heading #${fragment}, correct or remove it`;
}

/** The site's anchors, GitHub's and Jupyter's differ only in case and in what is between words. */
function anchor(text: string): string {
  return slug(text);
}

const marked = new Marked();

function linksOf({ text, line }: Prose): { target: string; line: number }[] {
  const links: { target: string; line: number }[] = [];
  let from = 0;
  const add = (target: string) => {
    // tokens come in the order of the text, so each is looked for after the last
    const at = text.indexOf(target, from);
    if (at >= 0) from = at;
    const lines = text.slice(0, at < 0 ? from : at).split("\n").length;
    links.push({ target, line: line + lines - 1 });
  };
  marked.walkTokens(marked.lexer(text), (token: Token) => {
    if (token.type === "link" || token.type === "image") add(String(token["href"]));
    else if (token.type === "html") {
      for (const [, , target] of String(token.raw).matchAll(/\s(href|src)="([^"]*)"/g)) {
        add(target!);
      }
    }
  });
  return links;
}

function headingsOf(text: string): string[] {
  const headings: string[] = [];
  marked.walkTokens(marked.lexer(text), (token: Token) => {
    if (token.type === "heading") headings.push(String(token["text"]).replace(/[*_`]/g, ""));
    else if (token.type === "html") {
      for (const [, id] of String(token.raw).matchAll(/\sid="([^"]*)"/g)) headings.push(id!);
    }
  });
  return headings;
}

const SKIPPED = new Set(["node_modules", "out"]);

/** Every `*.md` of the project, paths from the root. */
export async function markdownFiles(root: string, folder = root): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (name.startsWith(".") || SKIPPED.has(name)) continue;
    const path = join(folder, name);
    if (isDirectory) found.push(...await markdownFiles(root, path));
    else if (isFile && name.endsWith(".md")) found.push(relative(root, path).replaceAll(sep, "/"));
  }
  return found.sort();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
