/**
 * From the outputs of cells to what pages must be told: only what changed since the last time.
 *
 * @module
 */
import type { Output } from "../nbformat.ts";
import type { OutputItem, ReaderEvent } from "./messages.ts";

/** What was told of an output: the object that holds it, and how much of a printed text. */
interface Told {
  held: unknown;
  length: number;
}

/** Renders an output of a cell that is not printed text. */
export type Render = (cell: string, index: number, output: Output) => string;

/** Remembers what has been told about each cell. */
export class Outbox {
  readonly #told = new Map<string, Told[]>();
  readonly #render: Render;

  constructor(render: Render) {
    this.#render = render;
  }

  /** What is new in a cell's outputs; nothing when nothing is. */
  changes(cell: string, outputs: readonly Output[]): ReaderEvent[] {
    const known = this.#told.get(cell);
    const told = known ?? [];
    const events: ReaderEvent[] = [];
    let from = 0;
    for (; from < Math.min(told.length, outputs.length); from++) {
      const before = told[from]!, output = outputs[from]!;
      if (before.held !== heldBy(output)) break;
      if (output.output_type !== "stream" || output.text.length === before.length) continue;
      const more = output.text.slice(before.length);
      // What writes over its own line is shown anew.
      if (output.text.length < before.length || output.text.includes("\r")) break;
      events.push({ type: "text", cell, at: from, text: readable(more) });
    }
    // The first time a page must also be told that there is nothing any more.
    if (known === undefined || from < outputs.length || from < told.length) {
      const items = outputs.slice(from).map((output, i) => this.#item(cell, from + i, output));
      events.push({ type: "outputs", cell, from, items });
    }
    this.#told.set(
      cell,
      outputs.map((output) => ({
        held: heldBy(output),
        length: output.output_type === "stream" ? output.text.length : 0,
      })),
    );
    return events;
  }

  /** All outputs of a cell, for a page that knows none of them. */
  whole(cell: string, outputs: readonly Output[]): ReaderEvent {
    const items = outputs.map((output, index) => this.#item(cell, index, output));
    return { type: "outputs", cell, from: 0, items };
  }

  #item(cell: string, index: number, output: Output): OutputItem {
    if (output.output_type !== "stream") return { html: this.#render(cell, index, output) };
    return { text: readable(overwritten(output.text)), name: output.name };
  }
}

/** An update of a display puts another bundle into the same output. */
function heldBy(output: Output): unknown {
  return "data" in output ? output.data : output;
}

/** What is left of lines that were written over with `\r`. */
function overwritten(text: string): string {
  if (!text.includes("\r")) return text;
  return text.split("\n").map((line) => line.replace(/\r+$/, "").replace(/^.*\r/s, "")).join("\n");
}

/** Text with a sign in place of what no page can show. */
function readable(text: string): string {
  // deno-lint-ignore no-control-regex -- these are what is replaced
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\ufffd");
}
