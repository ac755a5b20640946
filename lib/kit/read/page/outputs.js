// The outputs of one cell, as the server tells them.
import { h } from "./dom.js";

/** Lines of printed text that are laid out together: those out of sight cost nothing. */
const BLOCK_LINES = 200;

/** Printed text that may grow by thousands of lines. */
class Printed {
  constructor(name) {
    this.pre = h("pre", { tabindex: "0", role: "region", "aria-label": "Printed text" });
    const label = name === "stderr" ? [h("p", { class: "output-label", text: "stderr" })] : [];
    this.node = h(
      "div",
      { class: `output output-${name === "stderr" ? name : "stream"}` },
      ...label,
      this.pre,
    );
    this.block = undefined;
    this.lines = 0;
  }

  append(text) {
    const atEnd = this.pre.scrollHeight - this.pre.scrollTop - this.pre.clientHeight < 8;
    for (const line of text.split(/(?<=\n)/)) {
      if (this.block === undefined || this.lines >= BLOCK_LINES) {
        this.block = h("span", { class: "printed" });
        this.pre.append(this.block);
        this.lines = 0;
        this.waiting = "";
      }
      this.waiting += line;
      if (line.endsWith("\n")) this.lines++;
      if (this.lines >= BLOCK_LINES) this.put();
    }
    this.put();
    if (atEnd) this.pre.scrollTop = this.pre.scrollHeight;
  }

  put() {
    if (this.waiting) this.block.append(this.waiting);
    this.waiting = "";
  }
}

/** Keeps the outputs of a cell in step with the server's. */
export class Outputs {
  /** `purify` makes HTML of a foreign notebook harmless; own HTML comes as it is. */
  constructor(cell, purify) {
    this.purify = purify;
    this.items = [];
    this.box = h("div", { class: "outputs" });
    this.box.append(...cell.querySelectorAll(":scope > .output"));
    cell.append(this.box);
    for (const child of this.box.children) this.items.push({ node: child });
  }

  set(from, items) {
    for (const { node } of this.items.splice(from)) node?.remove();
    for (const item of items) {
      const shown = "html" in item ? this.finished(item.html) : printed(item);
      this.items.push(shown);
      if (shown.node) this.box.append(shown.node);
      if ("html" in item) shown.node?.dispatchEvent(new Event("offprint-shown", { bubbles: true }));
    }
    bringFigures(this.box);
  }

  grow(at, text) {
    this.items[at]?.append?.(text);
  }

  finished(html) {
    const template = document.createElement("template");
    template.innerHTML = this.purify(html);
    const node = template.content.firstElementChild;
    node?.classList.add("output");
    return { node };
  }
}

function printed({ text, name }) {
  const shown = new Printed(name);
  shown.append(text);
  return shown;
}

/** Figures that can be moved: the script of each is asked for by its name, once it has a figure to bring to life. */
export function bringFigures(box) {
  const waiting = new Set(
    [...box.querySelectorAll("figure[data-exploration]:not([data-moves])")]
      .map((figure) => figure.dataset.exploration).filter((id) => /^[a-z0-9-]+$/.test(id)),
  );
  for (const id of waiting) {
    document.head.append(h("script", { src: `assets/explorations/${id}.js` }));
  }
}
