// Cells of a stranger's notebook, made harmless.
import DOMPurify from "dompurify";
import { codeCell, h } from "./dom.js";

/** What a foreign notebook may show: text, tables and pictures, nothing that acts or looks like a part of this page. */
const HARMLESS = {
  FORBID_TAGS: ["style", "form", "input", "button", "select", "textarea", "iframe", "dialog"],
  FORBID_ATTR: ["id", "name", "class", "style"],
  ALLOW_DATA_ATTR: false,
};

/** Parts of the server's own markup that mean nothing without their classes: drawn copies of formulas, links to headings. */
const BESIDES = ".katex-html, annotation, a.anchor";

/** Markup without anything that acts. */
export function pure(html) {
  const markup = document.createElement("template");
  markup.innerHTML = html;
  for (const node of markup.content.querySelectorAll(BESIDES)) node.remove();
  return DOMPurify.sanitize(markup.innerHTML, HARMLESS);
}

/** A cell of a foreign notebook built anew: of what the server rendered, only code as text and sanitised content are kept. */
export function harmlessCell(cell) {
  const id = cell.id;
  if (!cell.classList.contains("cell-code")) {
    const prose = h("div", { class: "cell prose", id });
    prose.innerHTML = pure(cell.innerHTML);
    return prose;
  }
  const code = cell.querySelector("pre.code")?.textContent ?? "";
  const built = codeCell(id, code);
  for (const output of cell.querySelectorAll(":scope > .output")) {
    const box = h("div", { class: "output" });
    box.innerHTML = pure(output.innerHTML);
    built.append(box);
  }
  return built;
}
