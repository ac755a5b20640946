/**
 * Showing values: in a notebook as rich output, in a terminal as text.
 *
 * @module
 */
import { handedOn } from "./hand_on.ts";
import { type Bundle, isQuiet, jupyterKernel } from "./kernel.ts";

export type { Bundle } from "./kernel.ts";

/** The symbol under which the Deno kernel asks a value how it is shown. */
export const JUPYTER_DISPLAY: unique symbol = Symbol.for("Jupyter.display");

const DENO_INSPECT: unique symbol = Symbol.for("Deno.customInspect");

/**
 * A value that a notebook shows richly and a terminal shows as text: return it as a cell's last
 * expression, hand it to {@linkcode display}, or log it.
 */
export abstract class Displayable {
  /** Its forms by media type; `text/plain` is always among them. */
  abstract bundle(): Bundle;

  /** Called by the kernel. */
  [JUPYTER_DISPLAY](): Bundle {
    return this.bundle();
  }

  /** Its form in plain text. */
  toString(): string {
    return String(this.bundle()["text/plain"]);
  }

  /** Called by `console.log`. */
  [DENO_INSPECT](): string {
    return this.toString();
  }
}

/** Where a value is shown. */
export interface DisplayOptions {
  /** Names this output, so that a later call can replace it. */
  id?: string;
  /** Replaces the output shown under `id`, instead of adding one. A terminal prints the text again. */
  update?: boolean;
}

/**
 * Shows a value: as output of the running cell in the kernel, as a line on stdout in `deno run`, not
 * at all outside the kernel when `OFFPRINT_QUIET=1`. Strings are shown as they are.
 *
 * @throws {TypeError} when `update` is asked for without an `id`.
 *
 * @example
 * ```ts
 * import { display } from "offprint/notebook/output/display.ts";
 *
 * await display("working", { id: "state" });
 * await display("done", { id: "state", update: true });
 * ```
 */
export async function display(value: unknown, options: DisplayOptions = {}): Promise<void> {
  const characters = await send(value, options);
  if (inKernel()) await handedOn(characters);
}

/**
 * Shows a value like {@linkcode display}, without waiting until it has been passed on: for outputs that are
 * replaced soon, or that another display follows.
 *
 * @returns How many characters went to the kernel.
 */
export async function send(value: unknown, options: DisplayOptions = {}): Promise<number> {
  const { id, update = false } = options;
  if (update && id === undefined) {
    throw new TypeError("display: got update without an id, expected the id of the first display");
  }
  const kernel = jupyterKernel();
  if (kernel === undefined) {
    if (!isQuiet()) console.log(textOf(await bundleOf(value)));
    return 0;
  }
  // No await before the broadcast of our own values: updates of one display must stay in order.
  const data = value instanceof Displayable
    ? value.bundle()
    : hasDisplay(value) || typeof value === "string"
    ? await bundleOf(value)
    : await kernel.format(value);
  await kernel.broadcast(update ? "update_display_data" : "display_data", {
    data,
    metadata: {},
    transient: id === undefined ? {} : { display_id: id },
  });
  const lengths = Object.values(data).map((form) => typeof form === "string" ? form.length : 0);
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** True in the Jupyter kernel, false in `deno run` and `deno test`. */
export function inKernel(): boolean {
  return jupyterKernel() !== undefined;
}

function hasDisplay(value: unknown): value is { [JUPYTER_DISPLAY](): Bundle | Promise<Bundle> } {
  return typeof value === "object" && value !== null && JUPYTER_DISPLAY in value &&
    typeof value[JUPYTER_DISPLAY] === "function";
}

function bundleOf(value: unknown): Bundle | Promise<Bundle> {
  if (hasDisplay(value)) return value[JUPYTER_DISPLAY]();
  return { "text/plain": typeof value === "string" ? value : Deno.inspect(value) };
}

function textOf(bundle: Bundle): string {
  const text = bundle["text/plain"] ?? bundle["text/markdown"];
  return text === undefined ? `[${Object.keys(bundle).join(", ")}]` : String(text);
}
