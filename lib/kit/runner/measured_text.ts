/**
 * Displays of claims without what was measured, to compare the rest of them.
 *
 * @module
 */
import type { MimeBundle } from "../nbformat.ts";

/** An element whose text is what a claim measured, or the remark on it; see `claims_table.ts`. */
const MEASURED = /(<(\w+) data-measured="([^"]*)"[^>]*>)([^<]*)(<\/\2>)/g;

/** Stands for a measured value. */
const MARK = "[measured]";

/**
 * The same display with the measured values of some claims replaced by a mark: in HTML by the attribute
 * `data-measured`, in plain text by the line that starts with the claim's id. There the widths of columns
 * hang on the values, so blanks and rules are made equally long.
 */
export function withoutMeasured(data: MimeBundle, claims: ReadonlySet<string>): MimeBundle {
  const html = data["text/html"];
  if (typeof html !== "string") return data;
  const values = new Map<string, string>();
  const masked = html.replace(MEASURED, (element, open, _tag, id, text, close) => {
    if (!claims.has(id)) return element;
    // The value comes before the remark.
    if (!values.has(id)) values.set(id, unescapeHtml(text));
    return `${open}${MARK}${close}`;
  });
  if (values.size === 0) return data;
  const plain = data["text/plain"];
  return {
    ...data,
    "text/html": masked,
    ...(typeof plain === "string" ? { "text/plain": maskedLines(plain, values) } : {}),
  };
}

function maskedLines(text: string, values: ReadonlyMap<string, string>): string {
  return text.split("\n").map((line) => {
    const value = values.get(line.trimStart().split(" ", 1)[0]!);
    const at = value === undefined ? -1 : line.lastIndexOf(`  ${value}  `);
    const marked = at < 0
      ? line
      : `${line.slice(0, at)}  ${MARK}${line.slice(at + value!.length + 2)}`;
    return marked.replace(/ {2,}/g, "  ").replace(/─+/g, "─");
  }).join("\n");
}

function unescapeHtml(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
