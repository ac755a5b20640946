// What brings an exploration to life in a browser: controls above the picture, handles on it, and a new drawing for
// every move. The state lives here; nothing is stored, sent or loaded, and nothing moves by itself.
import { keyTarget } from "./controls.ts";
import { drawer, drawWhatIsAsked } from "./drawer.js";
import { pictureOf, readingText, shownWidths } from "./exploration.ts";
import { fromPixels, toPixels } from "./frame.ts";

const STYLE = `
.offprint-controls{display:flex;flex-wrap:wrap;gap:.4em 1.5em;align-items:center;margin:.4em 0;font:14px system-ui,sans-serif}
.offprint-controls label{display:inline-flex;gap:.6em;align-items:center}
.offprint-controls input,.offprint-controls select,.offprint-controls button{font:inherit;accent-color:#1f4fe0}
.offprint-controls input{width:11em}.offprint-controls output{min-width:3em;font-variant-numeric:tabular-nums}
.offprint-stage{position:relative}
.offprint-stage svg{display:block;width:100%!important;max-width:none!important;min-width:0!important;height:auto}
.offprint-handle{position:absolute;width:28px;height:28px;margin:-14px 0 0 -14px;border-radius:50%;box-sizing:border-box;cursor:grab;touch-action:none}
.offprint-handle::after{content:"";position:absolute;inset:6px;border-radius:50%;border:2px solid currentColor;background:#8884}
.offprint-handle:hover::after{inset:4px}.offprint-handle:active{cursor:grabbing}
.offprint-handle:focus-visible{outline:3px solid #1f4fe0;outline-offset:-1px}
@media (prefers-color-scheme:dark){.offprint-handle:focus-visible{outline-color:#8ebfff}}
@media print{.offprint-controls,.offprint-handle{display:none}}`;

function make(name, properties, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in node && !key.startsWith("aria")) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

/** Brings every figure of the page that shows `exploration` to life, once each. In a worker the same script only draws. */
export function start(exploration) {
  if (typeof document === "undefined") return drawWhatIsAsked(exploration);
  const waiting = `figure[data-exploration="${exploration.id}"]:not([data-moves])`;
  for (const figure of document.querySelectorAll(waiting)) {
    figure.setAttribute("data-moves", "");
    bring(figure, exploration, document.currentScript);
  }
}

function bring(figure, exploration, script) {
  const { controls, frame, start } = exploration;
  let values = { ...start };
  const redraws = [];

  const still = figure.querySelector("img, svg");
  const { least, most } = shownWidths(frame);
  const stage = make("div", { className: "offprint-stage" });
  stage.style.cssText = `width:${most}px;max-width:100%;min-width:${least}px`;
  const picture = make("div", {});
  stage.append(picture);
  still.replaceWith(stage);

  const says = figure.querySelector(".offprint-says");
  says.setAttribute("aria-live", "polite");
  const shown = figure.querySelectorAll(".offprint-readings dd");

  const show = (drawing) => {
    picture.innerHTML = pictureOf(exploration, drawing);
    if (says.textContent !== drawing.says) says.textContent = drawing.says;
    drawing.readings.forEach((reading, i) => shown[i].textContent = readingText(reading));
  };
  const draw = drawer(
    exploration,
    script,
    show,
    (busy) => stage.setAttribute("aria-busy", String(busy)),
  );
  const become = (next) => {
    values = next;
    for (const redraw of redraws) redraw();
    draw(values);
  };

  const panel = make("div", { className: "offprint-controls", role: "group" });
  panel.setAttribute("aria-label", `Controls of “${exploration.title}”`);
  for (const [name, control] of Object.entries(controls)) {
    if (control.kind === "handle") redraws.push(handle(control));
    else redraws.push(control.kind === "range" ? slider(name, control) : choice(name, control));
  }
  const back = make("button", { type: "button", textContent: "Back to the start" });
  back.addEventListener("click", () => become({ ...start }));
  panel.append(back);
  stage.parentElement.before(make("style", { textContent: STYLE }), panel);
  become(values);

  function slider(name, { label, min, max, step }) {
    const input = make("input", { type: "range", min, max, step, value: values[name], name });
    const output = make("output", {});
    input.addEventListener("input", () => become({ ...values, [name]: Number(input.value) }));
    panel.append(make("label", {}, label, input, output));
    return () => {
      input.value = values[name];
      output.textContent = values[name];
    };
  }

  function choice(name, { label, options }) {
    const select = make("select", { name });
    for (const text of options) select.append(make("option", { value: text, textContent: text }));
    select.addEventListener("change", () => become({ ...values, [name]: select.value }));
    panel.append(make("label", {}, label, select));
    return () => {
      select.value = values[name];
    };
  }

  function handle(control) {
    const { axis, label } = control;
    const knob = make("div", { className: "offprint-handle", tabIndex: 0, role: "slider" });
    knob.setAttribute("aria-label", label);
    const [low, high] = frame[axis === "x" ? "x" : "y"];
    knob.setAttribute("aria-valuemin", low);
    knob.setAttribute("aria-valuemax", high);
    if (axis === "y") knob.setAttribute("aria-orientation", "vertical");
    const to = (point) => {
      const now = control.at(values);
      become(control.move(values, {
        x: axis === "y" ? now.x : point.x,
        y: axis === "x" ? now.y : point.y,
      }));
    };
    knob.addEventListener("pointerdown", (event) => {
      knob.setPointerCapture(event.pointerId);
      knob.focus({ preventScroll: true });
      event.preventDefault();
    });
    knob.addEventListener("pointermove", (event) => {
      if (!knob.hasPointerCapture(event.pointerId)) return;
      const box = stage.getBoundingClientRect();
      const scale = frame.width / box.width;
      const pixel = { x: scale * (event.clientX - box.left), y: scale * (event.clientY - box.top) };
      to(fromPixels(frame, pixel));
    });
    knob.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const target = keyTarget(control, control.at(values), {
        name: event.key,
        shift: event.shiftKey,
      });
      if (target === undefined) return;
      event.preventDefault();
      event.stopPropagation(); // in Jupyter the arrow keys also choose another cell
      to(target);
    });
    stage.append(knob);
    return () => {
      const at = control.at(values);
      const { x, y } = toPixels(frame, at);
      knob.style.left = `${100 * x / frame.width}%`;
      knob.style.top = `${100 * y / frame.height}%`;
      knob.setAttribute("aria-valuenow", axis === "x" ? at.x : at.y);
      knob.setAttribute("aria-valuetext", control.says(values));
    };
  }
}
