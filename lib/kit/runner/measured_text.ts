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
  const found = new Set<string>();
  const masked = html.replace(MEASURED, (element, open, _tag, id, _text, close) => {
    if (!claims.has(id)) return element;
    found.add(id);
    return `${open}${MARK}${close}`;
  });
  if (found.size === 0) return data;
  const plain = data["text/plain"];
  return {
    ...data,
    "text/html": masked,
    ...(typeof plain === "string" ? { "text/plain": maskedLines(plain, found) } : {}),
  };
}

/** A line of a claims table in plain text: the claim's id, what was published and measured, the verdict. */
const LINE = /^(\s*)(\S+)(\s.*?)(\s{2}[✓✗○·] .*)?$/;

function maskedLines(text: string, claims: ReadonlySet<string>): string {
  return text.split("\n").map((line) => {
    const [, blanks, id, , verdict = ""] = LINE.exec(line) ?? [];
    const marked = id !== undefined && claims.has(id) ? `${blanks}${id}  ${MARK}${verdict}` : line;
    return marked.replace(/ {2,}/g, "  ").replace(/─+/g, "─");
  }).join("\n");
}
