// Two runs of a cell side by side: the one that was held, and the latest; figure beside figure, numbers with their difference.
import { button, h } from "./dom.js";

/** Where single numbers may stand. */
const PLACES = "td, dd";

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

/**
 * Whether a place is for a number. The project's tables say so of their columns; in another table, a column with anything else
 * in it holds names, some of which may be written like numbers.
 */
function isForNumber(place) {
  if (place.matches("dd, .offprint-table td.n")) return true;
  if (place.closest(".offprint-table")) return false;
  const rows = place.closest("table")?.tBodies[0]?.rows ?? [];
  const column = [...rows].map(({ cells }) => cells[place.cellIndex]?.textContent ?? "");
  return column.every((text) => text.trim() === "" || numberIn(text) !== undefined);
}

/** Values of parameters that are not those of another run; empty where there are none. */
export function differingText(values, others) {
  return Object.entries(values).filter(([name, value]) => value !== (others[name] ?? value))
    .map(([name, value]) => `${name} ${value === "" ? "empty" : value.slice(0, 40)}`).join(", ");
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
  /** `valuesOf` gives the parameters of the run that `box` shows. */
  constructor(cell, box, valuesOf) {
    this.cell = cell;
    this.box = box;
    this.valuesOf = valuesOf;
    this.watching = new ResizeObserver(() => {
      if (this.width !== cell.clientWidth) this.arrange();
    });
  }

  /** Keeps a copy of what the cell shows now. */
  hold() {
    this.let();
    const copy = stillCopy(this.box);
    this.values = this.valuesOf();
    this.caption = h("span");
    this.copy = h(
      "section",
      { class: "held-run", "aria-label": "Held run" },
      h("p", { class: "held-label" }, this.caption, " ", button("Let go", () => this.let())),
      copy,
    );
    this.cell.classList.add("has-held");
    this.box.before(this.copy);
    copy.dispatchEvent(new Event("offprint-shown", { bubbles: true }));
    this.box.setAttribute("role", "group");
    this.sayParameters();
    this.watching.observe(this.cell);
  }

  let() {
    this.watching.disconnect();
    this.copy?.remove();
    this.copy = undefined;
    this.cell.classList.remove("has-held", "is-stacked");
    for (const name of ["role", "aria-label"]) this.box.removeAttribute(name);
    for (const mark of this.box.querySelectorAll(".difference")) mark.remove();
    for (const row of this.box.querySelectorAll("tr")) row.style.height = "";
  }

  /** Writes the differences beside the numbers of the latest run, where both runs have as many. */
  compare() {
    if (!this.copy) return;
    this.sayParameters();
    for (const mark of this.box.querySelectorAll(".difference")) mark.remove();
    const [before, after] = [this.copy, this.box].map((run) => [...run.querySelectorAll(PLACES)]);
    if (before.length === after.length) {
      const pairs = after.map((place, i) => ({ place, old: before[i], now: place.textContent }))
        .filter(({ place, old }) => isForNumber(place) && isForNumber(old));
      for (const { place, old: { textContent: old }, now } of pairs) {
        if (numberIn(old) === undefined || numberIn(now) === undefined || old === now) continue;
        place.append(h("span", { class: "difference", text: ` (${differenceText(old, now)})` }));
      }
    }
    this.arrange();
  }

  /** Says of both runs which of their parameters differ; while the cell runs, they are those of the run before. */
  sayParameters() {
    const now = this.valuesOf();
    if (this.caption.textContent && now === undefined) return;
    const caption = (label, values = {}, others = {}) =>
      [label, differingText(values, others)].filter(Boolean).join(" · ");
    this.caption.textContent = caption("Held run", this.values, now);
    this.caption.title = this.caption.textContent;
    this.box.setAttribute("aria-label", caption("Latest run", now, this.values));
  }

  /**
   * Side by side, with rows at equal heights; one below the other where a table would be cut. Figures stay side by side, since
   * they become smaller instead, and tables that come with them are moved sideways.
   */
  arrange() {
    this.width = this.cell.clientWidth;
    const runs = [this.copy, this.box];
    const all = (name) => runs.map((run) => [...run.querySelectorAll(name)]);
    const [held, latest] = all("tr");
    for (const row of [...held, ...latest]) row.style.height = "";
    this.cell.classList.remove("is-stacked");
    const isCut = (table) =>
      table.checkVisibility() && table.offsetWidth > table.closest(".output").clientWidth;
    const stacked = all(".drawing").flat().length === 0 && all("table").flat().some(isCut);
    this.cell.classList.toggle("is-stacked", stacked);
    // Whether they are cut is asked again.
    for (const table of all(".offprint-table").flat()) table.dispatchEvent(new Event("scroll"));
    if (stacked || held.length !== latest.length) return;
    const heights = held.map((row, i) => Math.max(row.offsetHeight, latest[i].offsetHeight));
    heights.forEach((height, i) => {
      held[i].style.height = latest[i].style.height = `${height}px`;
    });
  }
}
