// Building parts of a page.

/** An element; names that begin with `on` are listeners, `text` is its text, everything else an attribute. */
export function h(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "text") node.textContent = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** A button that does something. */
export function button(text, onclick, attributes = {}) {
  return h("button", { type: "button", text, onclick, ...attributes });
}

/** A time as one reads it beside a cell. */
export function seconds(value) {
  if (value < 0.01) return "under 0.01 s";
  if (value < 10) return `${value.toFixed(2)} s`;
  if (value < 60) return `${value.toFixed(1)} s`;
  return `${Math.floor(value / 60)} min ${String(Math.floor(value % 60)).padStart(2, "0")} s`;
}

/** A cell with nothing but its code. */
export function codeCell(id, text) {
  const code = h("pre", { class: "code" }, h("code", { text }));
  return h("div", { class: "cell cell-code", id }, h("div", { class: "input" }, code));
}
