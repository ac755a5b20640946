// Two runs of a cell side by side: the one that was held, and the latest; figure beside figure, numbers with their difference.
import { button, h } from "./dom.js";

/** Where single numbers stand in what this project shows. */
const NUMBERS = "td, dd";

/** A number as tables write it; nothing for text. */
export function numberIn(text) {
  const plain = text.trim().replaceAll("−", "-").replace(/\s*%$/, "");
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(plain) ? Number(plain) : undefined;
}

/** A difference with as many decimals as the numbers have. */
export function differenceText(before, after) {
  const decimals = (text) => /\.(\d+)/.exec(text)?.[1].length ?? 0;
  const by = numberIn(after) - numberIn(before);
  const shown = Math.abs(by).toFixed(Math.max(decimals(before), decimals(after)));
  return Number(shown) === 0 ? "±0" : `${by > 0 ? "+" : "−"}${shown}`;
}

/** Attributes that name an element by its id. */
const NAMING = ["aria-labelledby", "aria-describedby", "for", "href", "clip-path", "fill", "mask"];

let copies = 0;

/** A copy of outputs with ids of its own, so that pictures in it keep their parts; nothing in it can be moved. */
function stillCopy(box) {
  const copy = box.cloneNode(true);
  for (const node of copy.querySelectorAll(".offprint-controls, .offprint-handle")) node.remove();
  for (const side of ["is-cut-start", "is-cut-end"]) {
    for (const node of copy.querySelectorAll(`.${side}`)) node.classList.remove(side);
  }
  const held = `held-${++copies}-`;
  const ids = new Set([...copy.querySelectorAll("[id]")].map(({ id }) => id));
  const renamed = (text) =>
    text.replace(/[^\s"'()#]+/g, (word) => ids.has(word) ? held + word : word);
  for (const node of copy.querySelectorAll("*")) {
    if (node.id) node.id = held + node.id;
    for (const name of NAMING) {
      const text = node.getAttribute(name);
      if (text) node.setAttribute(name, renamed(text));
    }
  }
  return copy;
}

export class Held {
  constructor(cell, box) {
    this.cell = cell;
    this.box = box;
  }

  /** Keeps a copy of what the cell shows now. */
  hold() {
    this.let();
    const copy = stillCopy(this.box);
    this.copy = h(
      "section",
      { class: "held-run", "aria-label": "Held run" },
      h("p", { class: "held-label" }, "Held run ", button("Let go", () => this.let())),
      copy,
    );
    this.cell.classList.add("has-held");
    this.box.before(this.copy);
  }

  let() {
    this.copy?.remove();
    this.copy = undefined;
    this.cell.classList.remove("has-held");
    for (const mark of this.box.querySelectorAll(".difference")) mark.remove();
  }

  /** Writes the differences beside the numbers of the latest run, where both runs have as many. */
  compare() {
    if (!this.copy) return;
    for (const mark of this.box.querySelectorAll(".difference")) mark.remove();
    const before = [...this.copy.querySelectorAll(NUMBERS)],
      after = [...this.box.querySelectorAll(NUMBERS)];
    if (before.length !== after.length) return;
    after.forEach((cell, i) => {
      const [old, now] = [before[i].textContent, cell.textContent];
      if (numberIn(old) === undefined || numberIn(now) === undefined || old === now) return;
      cell.append(h("span", { class: "difference", text: ` (${differenceText(old, now)})` }));
    });
  }
}
