// One cell that can be run: its editor, its buttons, what it shows.
import { button, h, seconds } from "./dom.js";
import { Outputs } from "./outputs.js";
import { Held } from "./held.js";

/** The editors are most of the reader's script: they are loaded when the page stands. */
let editors;

const WORDS = {
  queued: "waiting",
  running: "running",
  ok: "ran in",
  error: "failed after",
  stopped: "stopped after",
};

/** A cell of the page brought to life. `page` is what it needs of the page around it. */
export class LiveCell {
  constructor(node, page) {
    this.node = node;
    this.page = page;
    this.id = node.id.slice("cell-".length);
    this.input = node.querySelector(".input");
    this.pre = this.input?.querySelector("pre.code");
    this.original = this.pre?.textContent ?? "";
    this.text = this.original;
    this.state = { status: "idle", stale: false, edited: false };
    this.outputs = new Outputs(node, page.purify);
    this.held = new Held(node, this.outputs.box, () => this.values);
    node.tabIndex = -1;
    node.setAttribute("role", "group");
    node.setAttribute("aria-label", `Cell ${this.id}`);
    node.addEventListener("focusin", () => page.current = this);
    this.bar();
    // An editor costs some milliseconds: cells far away wait for theirs, and all until the page can be read, and until a kernel
    // that is coming up has its processor for itself. Who wants to write does not wait.
    if (this.pre) {
      new IntersectionObserver(([entry], watching) => {
        if (!entry.isIntersecting) return;
        watching.disconnect();
        page.atRest.then(() => page.kernelUp).then(() => this.edit());
      }, { rootMargin: "400px" }).observe(this.pre);
      this.pre.addEventListener("pointerdown", () => this.edit());
    }
  }

  /** The reader added it. */
  get isNew() {
    return this.id.startsWith("new-");
  }

  bar() {
    const { page } = this;
    this.run = button("Run", () => page.run([this.id]), {
      onpointerenter: () => page.ready(),
      onpointerdown: () => page.ready(),
      class: "run",
      title: "Run this cell (Ctrl+Enter)",
      "aria-label": `Run cell ${this.id}`,
    });
    this.status = h("span", { class: "cell-status", role: "status" });
    this.resetter = button(
      this.isNew ? "Remove" : "Reset",
      () => page.send({ type: "reset", cell: this.id }),
      {
        title: this.isNew ? "Take this cell away" : "Back to the paper's version",
        hidden: !this.isNew,
      },
    );
    const above = button("Run above", () => page.runAbove(this), {
      title: "Run all cells above this one",
    });
    this.holder = button("Hold", () => this.held.hold(), { class: "hold" });
    this.offerHold();
    const more = h("span", { class: "more" }, above, this.holder);
    const bar = h("div", { class: "cell-bar" }, this.run, this.resetter, this.status, more);
    const before = this.node.querySelector(":scope > .input, :scope > .folded-code");
    before?.before(bar);
  }

  /** What is shown can be held, where there is something. */
  offerHold() {
    this.holder.disabled = this.outputs.box.childElementCount === 0;
    this.holder.title = this.holder.disabled
      ? "This cell shows nothing that could be held: run it, or hold one with an output"
      : "Keep what it shows now, to compare the next run with it";
  }

  /** The parameters of the run whose outputs it shows; nothing where they are not known. */
  get values() {
    return this.state.own ? this.page.initial : this.state.values;
  }

  /** The editor, made once; nothing where a cell has no code. */
  async edit() {
    editors ??= import("./editor.js");
    const { makeEditor } = await editors;
    if (this.editor || !this.pre) return this.editor;
    const { page } = this;
    const key = (name, run) => ({ key: name, run: () => (run(), true), preventDefault: true });
    const leave = (by, at) => ({
      key: by > 0 ? "ArrowDown" : "ArrowUp",
      run: () => at() && page.move(this, by, true),
    });
    this.editor = makeEditor({
      parent: this.input,
      source: this.text,
      label: `Code of cell ${this.id}`,
      onChange: (text) => this.typed(text),
      ask: page.ask,
      keys: [
        key("Ctrl-Enter", () => page.run([this.id])),
        key("Cmd-Enter", () => page.run([this.id])),
        key("Shift-Enter", () => (page.run([this.id]), page.move(this, 1, true))),
        key("Alt-Enter", () => (page.run([this.id]), page.insertBelow(this))),
        leave(-1, () => this.editor.atFirstLine()),
        leave(1, () => this.editor.atLastLine()),
        // A menu that is open takes Escape first.
        {
          key: "Escape",
          run: () =>
            !document.querySelector(".cm-tooltip-autocomplete") && (this.node.focus(), true),
        },
      ],
    });
    this.pre.hidden = true;
    this.input.dispatchEvent(new Event("offprint-shown", { bubbles: true }));
    if (this.state.line) this.editor.fail(this.state.line);
    return this.editor;
  }

  typed(text) {
    this.text = text;
    this.mine = true;
    this.page.ready();
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.tell(), 250);
  }

  /** Sends what was typed, now. */
  tell() {
    clearTimeout(this.typing);
    if (this.typing === undefined) return;
    this.typing = undefined;
    this.page.send({ type: "edit", cell: this.id, source: this.text });
  }

  /** A connection is there: a server that was started anew is told what was typed here, another one knows best. */
  agree(source) {
    if (this.isNew) this.page.send({ type: "insert", cell: this.id, after: this.after });
    const typedHere = this.mine && source === undefined && this.text !== this.original;
    if (typedHere) this.page.send({ type: "edit", cell: this.id, source: this.text });
    else if (source !== undefined) this.source(source);
  }

  /** Another text from the server; what is being typed here stays. */
  source(text) {
    if (this.typing !== undefined) return;
    this.text = text;
    // What is copied, too.
    if (this.pre && this.pre.textContent !== text) this.pre.firstElementChild.textContent = text;
    this.editor?.set(text);
  }

  update(state) {
    const failed = this.state.status === "error";
    this.state = state;
    const { status, seconds: time, stale, edited, line } = state;
    this.node.dataset.status = status;
    this.node.toggleAttribute("data-stale", stale);
    this.since = status === "running" ? performance.now() - 1000 * (time ?? 0) : undefined;
    this.resetter.hidden = !edited && !this.isNew;
    if (failed || status === "error") this.editor?.fail(status === "error" ? line : undefined);
    this.say();
    this.held.compare();
  }

  /** What the status line says; while it runs, its time goes on. */
  say() {
    const { status, seconds: time, stale, own, edited, line } = this.state;
    const parts = [];
    const spent = this.since === undefined ? time : (performance.now() - this.since) / 1000;
    if (WORDS[status]) {
      parts.push(spent === undefined ? WORDS[status] : `${WORDS[status]} ${seconds(spent)}`);
    }
    if (status === "error" && line) parts.push(`at line ${line}`);
    if (stale) parts.push(`out of date: ${own ? "not run since the change" : "run it again"}`);
    if (edited) parts.push("edited");
    const text = parts.join(" · ");
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  focus(inEditor) {
    for (
      let fold = this.node.closest("details");
      fold;
      fold = fold.parentElement.closest("details")
    ) fold.open = true;
    if (inEditor && this.pre) {
      const folded = this.node.querySelector(":scope > .folded-code");
      if (!folded || folded.open) return this.edit().then(({ view }) => view.focus());
    }
    this.node.focus();
  }
}
