// Brings the page of a notebook to life. The server sent it as the static site has it; this adds editors, buttons and a
// connection. Nothing is loaded from elsewhere.
import { LiveCell } from "./cell.js";
import { connect } from "./connection.js";
import { button, codeCell, h, seconds } from "./dom.js";
import { bringFigures } from "./outputs.js";
import { ChangeNote, Panel } from "./panel.js";

const KERNEL = {
  none: "no kernel yet: it starts with the first Run",
  starting: "the kernel is starting",
  idle: "ready",
  busy: "running",
};

const PENDING = ["queued", "running"];
const ENDED = ["ok", "error", "stopped"];

/** Editors wait no longer than this for the first result, in ms. */
const FIRST_RESULT_MS = 2000;

class Reader {
  constructor(root) {
    this.root = root;
    this.notebook = root.dataset.notebook;
    this.foreign = "foreign" in root.dataset;
    this.cells = new Map();
    this.asked = new Map();
    this.questions = 0;
    this.kernel = "none";
    /** Cells of the run that goes on which have ended. */
    this.done = 0;
    this.purify = (html) => html;
    // A browser that does not say when it has nothing to do is asked again after a moment.
    const later = globalThis.requestIdleCallback ?? ((then) => setTimeout(then, 200));
    this.atRest = new Promise((resolve) => later(resolve, { timeout: 1000 }));
    /** Settles at once, or when a kernel that starts has run its first cell. */
    this.kernelUp = Promise.resolve();
    this.ask = {
      complete: (source, at) => this.question({ type: "complete", source, at }),
      inspect: async (source, at) =>
        (await this.question({ type: "inspect", source, at })).text ?? "",
    };
  }

  async begin() {
    if (this.foreign) await this.fill();
    // What is heard comes when all of this stands.
    this.link = connect(this.notebook, (event) => this.hear(event), (there) => this.linked(there));
    this.toolbar();
    this.collect();
    bringFigures(document);
    document.addEventListener("keydown", (event) => this.key(event));
  }

  /** The cells of a foreign notebook, made harmless. */
  async fill() {
    const { harmlessCell, pure } = await import("./foreign.js");
    this.purify = pure;
    const answer = await fetch(`${encodeURIComponent(this.notebook)}.cells.json`);
    const box = document.createElement("template");
    box.innerHTML = await answer.json();
    const article = h("div", { class: "foreign-cells" });
    for (const child of box.content.children) {
      const cells = child.matches(".solution") ? child.querySelectorAll(".cell") : [child];
      article.append(...[...cells].map(harmlessCell));
    }
    this.root.after(article);
  }

  /** The cells of the page in their order; those that are new to it come alive. */
  collect() {
    const known = this.cells;
    this.cells = new Map();
    let above;
    for (const node of document.querySelectorAll(".cell-code")) {
      const cell = known.get(node.id.slice("cell-".length)) ?? new LiveCell(node, this);
      cell.after ??= above;
      this.cells.set(cell.id, cell);
      above = cell.id;
    }
  }

  /** Asks for an empty cell below another one, and goes there when it has come. */
  insertBelow(cell) {
    this.awaited = `new-${crypto.randomUUID().slice(0, 8)}`;
    this.send({ type: "insert", cell: this.awaited, after: cell.id });
  }

  inserted({ cell: id, after }) {
    if (this.cells.has(id)) return;
    this.cells.get(after)?.node.after(codeCell(`cell-${id}`, ""));
    this.collect();
    if (this.awaited === id) this.cells.get(id)?.focus(true);
  }

  removed(cell) {
    if (cell === undefined) return;
    this.move(cell, -1, false);
    cell.node.remove();
    this.collect();
  }

  /** Somebody is about to run a cell: the kernel starts while the pointer rests on Run, or the finger is still on it. */
  ready() {
    if (this.kernel !== "none") return;
    this.kernel = "asked";
    this.kernelUp = new Promise((resolve) => {
      this.firstDone = resolve;
      setTimeout(resolve, FIRST_RESULT_MS); // the first cell may take minutes
    });
    this.send({ type: "ready" });
  }

  send(request) {
    this.link.send(request);
  }

  question(request) {
    const id = ++this.questions;
    const { promise, resolve } = Promise.withResolvers();
    this.asked.set(id, resolve);
    this.send({ ...request, id });
    // A kernel that is busy, or a server that is away, answers nothing.
    setTimeout(() => resolve({ from: request.at, to: request.at, options: [] }), 3000);
    return promise;
  }

  toolbar() {
    this.status = h("span", { class: "kernel-status", role: "status" });
    this.tally = h("span", { class: "tally" });
    this.claims = h("ol", { class: "claims-now" });
    this.claimsBox = h(
      "details",
      { class: "claims-box", hidden: document.querySelector(".offprint-verdicts") === null },
      h("summary", {}, "Claims ", this.tally),
      this.claims,
    );
    this.stopper = button("Stop", () => this.send({ type: "stop" }), {
      disabled: true,
      title:
        "Stop the running cell. A kernel that does not stop is replaced: the values of its cells are gone",
    });
    this.fields = h("div");
    this.auto = h("input", { type: "checkbox", checked: true, id: "rerun" });
    this.panel = new Panel(
      this.fields,
      (values) => this.send({ type: "parameters", values, run: this.auto.checked }),
    );
    this.changed = new ChangeNote((id) => this.cells.get(id)?.state, (ids) => this.run(ids, true));
    this.panelBox = h(
      "details",
      { class: "panel", hidden: !("panel" in this.root.dataset) },
      h("summary", { text: "Parameters" }),
      this.fields,
      h(
        "p",
        { class: "rerun" },
        this.auto,
        h("label", { for: "rerun", text: "Run what depends on a change" }),
      ),
      this.changed.node,
    );
    this.saver = button("Save", () => this.save(), {
      hidden: true,
      title: "Write the edits to the notebook's files (Ctrl+S)",
    });
    const bar = h(
      "div",
      { class: "reader-bar", role: "toolbar", "aria-label": "Notebook" },
      button("Run all", () => this.run([...this.cells.keys()]), { class: "run" }),
      this.stopper,
      button("Restart", () => this.send({ type: "restart" }), { title: "A new kernel" }),
      this.saver,
      this.status,
      this.claimsBox,
    );
    this.problem = h("p", { class: "reader-problem", role: "alert", hidden: true });
    this.trust = h("div", { class: "reader-trust", hidden: true });
    for (const type of ["pointerover", "pointerdown"]) {
      bar.addEventListener(type, (event) => event.target.matches(".run") && this.ready());
    }
    this.panelBox.addEventListener("focusin", () => this.ready());
    this.root.append(bar, this.problem, this.trust, this.panelBox);
  }

  /** Runs cells; with `needed`, before them what they need and has not run. */
  run(ids, needed = ids.length === 1) {
    this.ready();
    for (const id of ids) this.cells.get(id)?.tell();
    this.send({ type: "run", cells: ids, needed });
  }

  runAbove(cell) {
    const ids = [...this.cells.keys()];
    this.run(ids.slice(0, ids.indexOf(cell.id)));
  }

  save() {
    for (const cell of this.cells.values()) cell.tell();
    this.send({ type: "save" });
  }

  /** Goes to the cell before or after; true where there is one. */
  move(cell, by, inEditor) {
    const cells = [...this.cells.values()];
    const next = cells[cells.indexOf(cell) + by];
    next?.focus(inEditor);
    next?.node.scrollIntoView({ block: "nearest" });
    return next !== undefined;
  }

  key(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      this.save();
      return;
    }
    const cell = this.cells.get(event.target.id?.replace(/^cell-/, ""));
    if (cell === undefined || event.target !== cell.node) return;
    const does = {
      Enter: () =>
        event.ctrlKey || event.metaKey || event.shiftKey || event.altKey
          ? (this.run([cell.id]),
            event.shiftKey && this.move(cell, 1, false),
            event.altKey && this.insertBelow(cell))
          : cell.focus(true),
      ArrowDown: () => this.move(cell, 1, false),
      ArrowUp: () => this.move(cell, -1, false),
      o: () => {
        const fold = cell.node.querySelector(":scope > .folded-code");
        if (fold) fold.open = !fold.open;
      },
    }[event.key];
    if (does === undefined) return;
    event.preventDefault();
    does();
  }

  linked(there) {
    document.body.classList.toggle("is-away", !there);
    if (!there) {
      this.complain(
        "The server is away. What you see stays; the page comes back by itself when deno task read runs again.",
      );
    } else this.complain("");
    this.there = there;
  }

  complain(text) {
    this.problem.textContent = text;
    this.problem.hidden = text === "";
  }

  hear(event) {
    const cell = this.cells.get(event.cell);
    switch (event.type) {
      case "state":
        return this.start(event);
      case "kernel":
        this.kernel = event.kernel;
        this.stopper.disabled = event.kernel !== "busy" && event.kernel !== "starting";
        if (event.kernel !== "busy") this.runningSince = undefined;
        if (event.kernel === "idle") this.firstDone?.();
        this.status.textContent = event.note ?? KERNEL[event.kernel];
        this.status.toggleAttribute("data-note", event.note !== undefined);
        return;
      case "cells":
        for (const state of event.cells) this.update(state);
        if (event.cells.some(({ status }) => status === "ok" || status === "error")) {
          this.firstDone?.();
        }
        this.changed.say();
        return this.progress();
      case "changed":
        return this.changed.hear(event);
      case "source":
        return cell?.source(event.source);
      case "inserted":
        return this.inserted(event);
      case "removed":
        return this.removed(cell);
      case "parameters":
        return this.showPanel(event);
      case "outputs":
        cell?.outputs.set(event.from, event.items);
        return cell?.offerHold();
      case "text":
        return cell?.outputs.grow(event.at, event.text);
      case "claims":
        return this.showClaims(event);
      case "completions":
      case "inspected":
        return this.asked.get(event.id)?.(event);
      case "saved":
        this.status.textContent = event.note;
        return;
      case "problem":
        return this.complain(event.message);
    }
  }

  showPanel({ parameters, problem }) {
    this.initial = Object.fromEntries(parameters.map(({ name, initial }) => [name, initial]));
    this.panelBox.hidden = parameters.length === 0 && problem === undefined;
    this.panel.show(parameters, problem);
  }

  start({ foreign, trusted, edit, sources, ...panel }) {
    this.saver.hidden = !edit;
    this.showPanel(panel);
    for (const cell of this.cells.values()) cell.agree(sources[cell.id]);
    this.trust.hidden = trusted;
    if (foreign && !trusted) {
      this.trust.replaceChildren(
        h("p", {
          text:
            "This notebook was opened by its path. Its cells are programs that may read, write and send what you may. " +
            "They run only when you trust them.",
        }),
        button("Trust this notebook", () => this.send({ type: "trust" }), { class: "trust" }),
      );
    }
  }

  /** Claims as they stand; those that have changed since the page was last told are marked. */
  showClaims({ tally, list }) {
    const before = new Map(this.entries?.map(({ id, text }) => [id, text]));
    this.claimsBox.hidden = list === "";
    this.tally.innerHTML = tally;
    this.claims.innerHTML = list;
    this.entries = [...this.claims.children].map((node) => ({
      id: node.dataset.claim,
      text: node.textContent,
      node,
    }));
    for (const { id, text, node } of this.entries) {
      node.toggleAttribute("data-changed", before.has(id) && before.get(id) !== text);
    }
  }

  update(state) {
    const cell = this.cells.get(state.id);
    if (cell === undefined) return;
    if (PENDING.includes(cell.state.status) && ENDED.includes(state.status)) this.done++;
    cell.update(state);
  }

  /** How many of the cells that were asked for are done. */
  progress() {
    const cells = [...this.cells.values()];
    const waiting = cells.filter(({ state }) => state.status === "queued").length;
    const running = cells.find(({ state }) => state.status === "running");
    if (running === undefined) {
      if (waiting > 0) return; // between two cells
      this.done = 0;
      this.runningSince = undefined;
      clearInterval(this.ticking);
      this.ticking = undefined;
      return;
    }
    this.ticking ??= setInterval(() => this.tick(), 250);
    this.runningSince ??= performance.now();
    this.at = { id: running.id, wanted: this.done + 1 + waiting };
    this.sayRunning();
  }

  /** Times go on while something runs. */
  tick() {
    for (const cell of this.cells.values()) if (cell.since !== undefined) cell.say();
    if (this.runningSince !== undefined) this.sayRunning();
  }

  sayRunning() {
    const { id, wanted } = this.at;
    const which = wanted > 1 ? `${this.done} of ${wanted} cells done` : "";
    const time = seconds((performance.now() - this.runningSince) / 1000);
    this.status.textContent = [which, id, time].filter(Boolean).join(" · ");
  }
}

const root = document.getElementById("reader");
if (root !== null) new Reader(root).begin();
