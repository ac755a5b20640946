/**
 * Building HTML and SVG text with everything escaped.
 *
 * @module
 */

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text made safe inside an element and inside an attribute; control characters XML forbids are dropped. */
export function escapeHtml(text: string): string {
  return text
    // deno-lint-ignore no-control-regex -- the characters that XML 1.0 cannot hold
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[&<>"']/g, (c) => ENTITIES[c]!);
}

/** The attributes of an element; those that are undefined or false are left out. */
export type Attributes = Record<string, string | number | boolean | undefined>;

/** ` name="value"` for each attribute, escaped. */
export function attributesText(attributes: Attributes): string {
  return Object.entries(attributes).map(([name, value]) => {
    if (value === undefined || value === false) return "";
    return value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`;
  }).join("");
}

/** An element around markup that is already escaped. */
export function element(name: string, attributes: Attributes, ...markup: string[]): string {
  return `<${name}${attributesText(attributes)}>${markup.join("")}</${name}>`;
}
