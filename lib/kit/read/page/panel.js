// The panel of parameters, made from the notebook's own cell of them.
import { button, h } from "./dom.js";

/** "from 1 to 5" or "1 to 5" in a parameter's comment: its range. */
export function rangeIn(doc) {
  const [, low, high] = /(?:from |, )(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)/.exec(doc) ?? [];
  return low === undefined ? {} : { min: low, max: high };
}

/** Shows parameters and tells every change that was made to them. */
export class Panel {
  constructor(node, onChange) {
    this.node = node;
    this.onChange = onChange;
    this.fields = new Map();
  }

  show(parameters) {
    const names = parameters.map(({ name }) => name).join();
    if (names !== this.names) {
      this.names = names;
      this.fields.clear();
      this.node.replaceChildren(...parameters.map((parameter) => this.row(parameter)));
    }
    for (const { name, value, initial } of parameters) {
      const { input, back } = this.fields.get(name);
      if (document.activeElement !== input) {
        if (input.type === "checkbox") input.checked = value === "true";
        else input.value = value;
      }
      back.hidden = value === initial;
    }
  }

  row({ name, type, options, doc, initial }) {
    const change = (value) => this.onChange({ [name]: value });
    const id = `parameter-${name}`;
    const described = `${id}-doc`;
    const common = { id, "aria-describedby": described };
    const input = type === "choice"
      ? h("select", common, ...options.map((value) => h("option", { value, text: value })))
      : type === "boolean"
      ? h("input", { ...common, type: "checkbox" })
      : type === "number"
      ? h("input", { ...common, type: "number", step: "any", ...rangeIn(doc) })
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
      h("p", { id: described, text: doc }),
    );
  }
}
