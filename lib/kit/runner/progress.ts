/**
 * Showing how far a run is: on a terminal one line per running notebook, redrawn; elsewhere plain
 * lines.
 *
 * @module
 */
import { STANDARD_ERROR, type Terminal } from "offprint/terminal.ts";
import type { RunEvent } from "./run_notebooks.ts";

/** A terminal of which the width is known. */
export interface ProgressTarget extends Terminal {
  /** Width in characters. */
  columns(): number;
}

/** The standard error stream with its width. */
export function sizedStandardError(): ProgressTarget {
  return {
    ...STANDARD_ERROR,
    terminal: STANDARD_ERROR.terminal,
    columns() {
      try {
        return Deno.consoleSize().columns || 80; // 0: unknown
      } catch {
        return 80; // not a console although it says so
      }
    },
  };
}

interface Row {
  started: number;
  done: number;
  total: number;
  cell: string;
}

/** The elapsed times are redrawn this often, in ms. */
const REDRAW_MS = 250;
/** Where nothing can be redrawn, a notebook says this often how far it is, in ms. */
const PLAIN_MS = 10_000;

/** Shows the events of one run. Call {@linkcode close} at the end. */
export class RunProgress {
  readonly #target: ProgressTarget;
  readonly #rows = new Map<string, Row>();
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  readonly #spokenAt = new Map<string, number>();
  #drawn = 0;

  constructor(target: ProgressTarget) {
    this.#target = target;
    if (target.terminal) this.#timer = setInterval(() => this.#redraw(), REDRAW_MS);
  }

  /** Takes note of what happened. */
  onEvent(event: RunEvent): void {
    const now = this.#target.now();
    switch (event.type) {
      case "start":
        this.#rows.set(event.id, { started: now, done: 0, total: 0, cell: "starting" });
        break;
      case "note":
        this.log(`note: ${event.text}`);
        return;
      case "cell": {
        const row = this.#rows.get(event.id);
        if (row === undefined) return;
        const { cell, waiting, ...counts } = event.progress;
        const shown = waiting ? `${cell}, waiting for its turn` : cell ?? "";
        Object.assign(row, counts, { cell: shown });
        if (
          !this.#target.terminal && now - (this.#spokenAt.get(event.id) ?? row.started) > PLAIN_MS
        ) {
          this.#spokenAt.set(event.id, now);
          this.#target.write(`${this.#line(event.id, row)}\n`);
        }
        break;
      }
      case "end": {
        this.#rows.delete(event.id);
        const { run } = event;
        if (run.ok) {
          const cells = `${run.cells} cells in ${run.seconds.toFixed(1)} s`;
          const waited = run.waitedSeconds < 0.05
            ? ""
            : `, waited ${run.waitedSeconds.toFixed(1)} s to measure alone`;
          const written = run.written ? ", committed notebook refreshed" : "";
          this.log(`✓ ${run.id}: ${cells}${waited}${written}`);
        } else this.log(run.report);
      }
    }
    this.#redraw();
  }

  /** Prints lines that stay. */
  log(text: string): void {
    this.#erase();
    this.#target.write(`${text}\n`);
    this.#redraw();
  }

  /** Removes what was only progress. */
  close(): void {
    clearInterval(this.#timer);
    this.#erase();
    this.#rows.clear();
  }

  #line(id: string, { started, done, total, cell }: Row): string {
    const seconds = ((this.#target.now() - started) / 1000).toFixed(1);
    return `  ${id}  ${done}/${total} cells  ${seconds} s  ${cell}`;
  }

  #redraw(): void {
    if (!this.#target.terminal) return;
    this.#erase();
    const width = Math.max(20, this.#target.columns() - 1);
    const lines = [...this.#rows].map(([id, row]) => this.#line(id, row).slice(0, width));
    if (lines.length > 0) this.#target.write(`${lines.join("\n")}\n`);
    this.#drawn = lines.length;
  }

  #erase(): void {
    if (this.#drawn === 0) return;
    // Cursor to the first of the drawn lines, then clear to the end of the screen.
    this.#target.write(`\x1b[${this.#drawn}A\x1b[0J`);
    this.#drawn = 0;
  }
}
