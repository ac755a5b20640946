/**
 * What the cells of a session have put out, and passing it on to the pages.
 *
 * @module
 */
import type { OutputMessage, Thrown } from "../kernel/mod.ts";
import type { Output } from "../nbformat.ts";
import { OutputCollector } from "../runner/outputs.ts";
import type { ReaderEvent } from "./messages.ts";
import { Outbox, type Render } from "./outbox.ts";

/** What is printed is passed on this often, in ms: a page that is told of each line falls behind. */
const FLUSH_MS = 40;

/** Outputs of cells; pages are told a little later, of many at once. */
export class CellOutputs {
  readonly #outputs = new OutputCollector();
  readonly #outbox: Outbox;
  readonly #tell: (event: ReaderEvent) => void;
  /** Cells whose outputs are of this session. */
  readonly #shown = new Set<string>();
  #flushing: ReturnType<typeof setTimeout> | undefined;

  constructor(render: Render, tell: (event: ReaderEvent) => void) {
    this.#outbox = new Outbox(render);
    this.#tell = tell;
  }

  has(cell: string): boolean {
    return this.#shown.has(cell);
  }

  of(cell: string): Output[] {
    return this.#outputs.of(cell);
  }

  /** A cell begins to run. What it showed stays until there is something new, so that the page does not jump. */
  began(cell: string): void {
    this.#shown.add(cell);
    this.#outputs.add(cell, { type: "clear_output", content: { wait: true } });
  }

  put(cell: string, message: OutputMessage): void {
    this.#outputs.add(cell, message);
    this.#flushing ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  /** A cell ran and put nothing out: what it showed before goes. */
  empty(cell: string): void {
    this.#outputs.add(cell, { type: "clear_output", content: { wait: false } });
  }

  addError(cell: string, error: Thrown): void {
    this.#outputs.addError(cell, error);
  }

  /** Everything that a page which knows nothing must be told. */
  *whole(): Iterable<ReaderEvent> {
    for (const cell of this.#shown) yield this.#outbox.whole(cell, this.of(cell));
  }

  /** Passes on what cells put out since the last time. */
  flush(): void {
    this.close();
    for (const cell of this.#shown) {
      for (const event of this.#outbox.changes(cell, this.of(cell))) this.#tell(event);
    }
  }

  /** What has not been passed on stays here. */
  close(): void {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
  }
}
