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
