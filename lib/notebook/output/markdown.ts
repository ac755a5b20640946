/**
 * Prose with numbers from code.
 *
 * @module
 */
import { type Bundle, Displayable } from "./display.ts";
import { formatNumber } from "./number.ts";

/** Markdown text (GitHub flavour, `$…$` and `$$…$$` for LaTeX). */
export class Markdown extends Displayable {
  constructor(readonly source: string) {
    super();
  }

  /** `text/markdown` and `text/plain`. */
  override bundle(): Bundle {
    return { "text/markdown": this.source, "text/plain": this.source };
  }
}

/**
 * Markdown from a template or from lines. In a template, numbers are written by `formatNumber` and
 * the indentation that all lines share is taken off.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { md } from "offprint/notebook/output/markdown.ts";
 *
 * assertEquals(String(md`A third is **${1 / 3}**.`), "A third is **0.3333**.");
 * assertEquals(String(md("First line", "second line")), "First line\nsecond line");
 * ```
 */
export function md(template: TemplateStringsArray, ...values: unknown[]): Markdown;
export function md(...lines: string[]): Markdown;
export function md(
  first: TemplateStringsArray | string = "",
  ...rest: unknown[]
): Markdown {
  if (typeof first === "string") return new Markdown([first, ...rest].join("\n"));
  // Indentation is taken off before values go in, so that a value of several lines cannot change it.
  const parts = dedented(first.raw.map((part) => part.replace(/\\(`|\$\{)/g, "$1")));
  const text = parts.map((part, i) => part + (i < rest.length ? valueText(rest[i]) : "")).join("");
  return new Markdown(text.trim());
}

function valueText(value: unknown): string {
  return typeof value === "number" ? formatNumber(value) : String(value);
}

function dedented(parts: string[]): string[] {
  const indents = parts.flatMap((part, i) => {
    const lines = part.split("\n").slice(1);
    return lines.flatMap((line, j) => {
      const blank = line.trim() === "" && (j < lines.length - 1 || i === parts.length - 1);
      return blank ? [] : [/^[ \t]*/.exec(line)![0].length];
    });
  });
  const shared = indents.length === 0 ? 0 : Math.min(...indents);
  return parts.map((part) =>
    part.replace(new RegExp(`\\n[ \\t]{1,${shared || 1}}`, "g"), (all) => {
      return shared === 0 ? all : "\n";
    })
  );
}
