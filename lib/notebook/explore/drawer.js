// Who draws a figure that moves: the page itself, and a worker from the moment on at which drawing takes longer than a
// frame, so that sliders and handles follow the hand all the same.

/** A frame, in ms. */
const FRAME_MS = 1000 / 60;

/** A slow drawing may be chance; so many in a row are not. */
const SLOW = 3;

/** In a worker: answers every state with its drawing. */
export function drawWhatIsAsked(exploration) {
  addEventListener("message", ({ data }) => postMessage(exploration.draw(data)));
}

/**
 * A function that has the drawing of a state shown, now or soon. States that come while the worker draws wait, and only
 * the latest of them is drawn.
 *
 * @param script The element that carries this code, with its text or its address; without one the page draws everything.
 * @param show Gets each drawing.
 * @param busy Told whether a drawing is being waited for.
 */
export function drawer(exploration, script, show, busy) {
  let worker, asked, waiting;
  let slow = 0;

  const here = (values) => {
    const began = performance.now();
    const drawing = exploration.draw(values);
    slow = performance.now() - began > FRAME_MS ? slow + 1 : 0;
    show(drawing);
    if (slow === SLOW) open();
  };
  const ask = (values) => {
    asked = values;
    busy(true);
    worker.postMessage(values);
  };
  /** Where the page may have no worker, it goes on drawing itself. */
  const close = () => {
    const last = waiting ?? asked;
    worker?.terminate();
    worker = asked = waiting = undefined;
    busy(false);
    if (last !== undefined) here(last);
  };

  function open() {
    const text = script?.textContent;
    if (!text && !script?.src) return;
    const address = text
      ? URL.createObjectURL(new Blob([text], { type: "text/javascript" }))
      : script.src;
    try {
      worker = new Worker(address);
    } catch {
      return;
    }
    worker.addEventListener("error", close);
    worker.addEventListener("message", ({ data }) => {
      const next = waiting;
      asked = waiting = undefined;
      show(data);
      if (next === undefined) busy(false);
      else ask(next);
    });
  }

  return (values) => {
    if (worker === undefined) here(values);
    else if (asked === undefined) ask(values);
    else waiting = values;
  };
}
