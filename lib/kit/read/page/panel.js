// The panel of parameters, made from the notebook's own cell of them.
import { button, h } from "./dom.js";

/** "from 1 to 5, in tokens": what the notebook says about a number, and where it began. */
function saysOf({ limits = {}, initial }) {
  const { min, max, unit } = limits;
  const range = min === undefined ? "" : max === undefined ? `at least ${min}` : `${min} to ${max}`;
  return [range, unit, `default ${initial === "" ? "empty" : initial}`].filter(Boolean).join(" · ");
}

/** The words of a comment; what stands between backticks is code. */
function wordsOf(doc) {
  return doc.split(/`([^`]+)`/).map((text, at) => at % 2 === 1 ? h("code", { text }) : text);
}

/** Shows parameters and tells every change that was made to them. */
export class Panel {
  constructor(node, onChange) {
    this.problem = h("p", { class: "panel-problem", role: "alert", hidden: true });
    this.node = h("div", { class: "parameters" });
    node.append(this.problem, this.node);
    this.onChange = onChange;
    this.fields = new Map();
  }

  /** Shows parameters; where the cell cannot be read, why, and nothing can be changed here. */
  show(parameters, problem) {
    this.problem.textContent = problem ?? "";
    this.problem.hidden = problem === undefined;
    const names = parameters.map(({ name }) => name).join();
    if (names !== this.names) {
      this.names = names;
      this.fields.clear();
      this.node.replaceChildren(...parameters.map((parameter) => this.row(parameter)));
    }
    for (const { name, value, initial } of parameters) {
      const { input, back } = this.fields.get(name);
      input.disabled = problem !== undefined;
      if (document.activeElement !== input) {
        if (input.type === "checkbox") input.checked = value === "true";
        else input.value = value;
      }
      back.hidden = value === initial || problem !== undefined;
    }
  }

  row(parameter) {
    const { name, type, doc, initial, limits = {} } = parameter;
    const options = parameter.options ?? limits.values?.map(String);
    const change = (value) => this.onChange({ [name]: value });
    const id = `parameter-${name}`;
    const described = `${id}-doc`;
    const common = { id, "aria-describedby": described };
    const { min, max, step = "any" } = limits;
    const input = options
      ? h("select", common, ...options.map((value) => h("option", { value, text: value })))
      : type === "boolean"
      ? h("input", { ...common, type: "checkbox" })
      : type === "number"
      ? h("input", { ...common, type: "number", step, min, max })
      : h("input", { ...common, type: "text" });
    input.addEventListener("change", () => {
      const value = type === "boolean" ? String(input.checked) : input.value;
      if (input.checkValidity() && (type !== "number" || value !== "")) change(value);
      else input.reportValidity();
    });
    const back = button(`Back to ${initial}`, () => change(initial), { hidden: true });
    this.fields.set(name, { input, back });
    return h(
      "div",
      { class: "parameter" },
      h("label", { for: id, text: name }),
      input,
      back,
      h(
        "p",
        { id: described },
        ...wordsOf(doc),
        " ",
        h("span", { class: "limits", text: saysOf(parameter) }),
      ),
    );
  }
}

/** Says how many cells a change of parameters runs, and offers those that depend on it and have never run. */
export class ChangeNote {
  /** `stateOf` gives the state of a cell, `run` runs cells with what they need. */
  constructor(stateOf, run) {
    this.stateOf = stateOf;
    this.text = h("span", { role: "status" });
    this.runner = button("", () => {
      const left = this.left();
      this.change = undefined;
      this.say();
      run(left);
    });
    this.node = h("p", { class: "changed", hidden: true }, this.text, " ", this.runner);
  }

  hear(change) {
    this.change = change;
    this.say();
  }

  /** Those that still have not run and do not wait. */
  left() {
    return this.change?.others.filter((id) => {
      const { status, own } = this.stateOf(id) ?? {};
      return own && status === "idle";
    }) ?? [];
  }

  say() {
    const { names, runs } = this.change ?? {};
    const left = this.left().length;
    this.node.hidden = this.change === undefined;
    this.runner.hidden = left === 0;
    if (this.node.hidden) return;
    const text = changeText({ names: names.join(" and "), runs, left });
    if (this.text.textContent !== text) this.text.textContent = text;
    this.runner.textContent = `Run ${left === 1 ? "it" : "them"}${runs === 0 ? "" : " too"}`;
  }
}

/** What a change of parameters runs, and how much else depends on them. */
function changeText({ names, runs, left }) {
  if (runs === 0 && left === 0) return `No cell depends on ${names}.`;
  const again = runs === 1 ? "1 cell runs again" : `${runs} cells run again`;
  const what = runs === 0 ? left === 1 ? "cell" : "cells" : left === 1 ? "other" : "others";
  const rest = left === 1
    ? `1 ${what} that depends on ${names} has not been run`
    : `${left} ${what} that depend on ${names} have not been run`;
  return `${[...(runs === 0 ? [] : [again]), ...(left === 0 ? [] : [rest])].join("; ")}.`;
}
