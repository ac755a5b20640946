/**
 * Progress of long cells: one display that changes, never a stream of lines.
 *
 * @module
 */
import { type Bundle, Displayable, inKernel, send } from "./output/display.ts";
import { element, escapeHtml } from "./output/html.ts";
import { isQuiet } from "./output/kernel.ts";

/** Counts the steps of a long computation. */
export interface Progress {
  /**
   * `n` more steps are done (default 1). The display changes only when the percentage does.
   *
   * @throws {RangeError} when `n` is negative or not finite.
   */
  tick(n?: number, note?: string): void;
  /** Nothing more will come: shows the final state. Not needed when all steps were ticked. */
  done(note?: string): void;
}

class ProgressLine extends Displayable {
  constructor(
    readonly label: string,
    readonly done: number,
    readonly total: number,
    readonly note: string | undefined,
  ) {
    super();
  }

  override bundle(): Bundle {
    const text = `${this.label} ${this.done}/${this.total}${this.note ? ` (${this.note})` : ""}`;
    const max = Math.max(1, this.total);
    const value = this.total === 0 ? 1 : this.done;
    return {
      "text/html": element(
        "p",
        { class: "offprint-progress" },
        element("progress", { value, max, "aria-label": this.label }),
        ` ${escapeHtml(text)}`,
      ),
      "text/plain": text,
    };
  }
}

/** Displays of this session so far; makes each one's id its own. */
let displays = 0;

/** Where a progress line goes. */
interface Sink {
  show(line: ProgressLine, final: boolean): void;
}

function kernelSink(): Sink {
  const id = `offprint-progress-${++displays}`;
  let update = false;
  return {
    show(line) {
      send(line, { id, update });
      update = true;
    },
  };
}

/** On a terminal one line is rewritten; in a file every quarter gets a line. */
function terminalSink(): Sink {
  const terminal = Deno.stderr.isTerminal();
  const write = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(text));
  let width = 0;
  let quarter = 0;
  return {
    show(line, final) {
      const text = String(line);
      if (terminal) {
        write(`\r${text.padEnd(width)}${final ? "\n" : ""}`);
        width = text.length;
        return;
      }
      const reached = line.total === 0 ? 4 : Math.floor(4 * line.done / line.total);
      if (final || reached > quarter) write(`${text}\n`);
      quarter = reached;
    },
  };
}

/**
 * Shows how far a long computation is: "label 37/100". In the kernel one display is updated and its
 * last state is stored with the notebook (it holds no times, so it is the same in every run); in
 * `deno run` it goes to stderr.
 *
 * @param total Number of steps.
 * @throws {RangeError} unless `total` is a whole number of at least 0.
 *
 * @example
 * ```ts
 * import { progress } from "offprint/notebook/progress.ts";
 *
 * const steps = progress("simulating", 3);
 * for (let i = 0; i < 3; i++) steps.tick();
 * ```
 */
export function progress(label: string, total: number): Progress {
  if (!Number.isInteger(total) || total < 0) {
    throw new RangeError(`progress: got total ${total}, expected a whole number of at least 0`);
  }
  const sink = inKernel() ? kernelSink() : isQuiet() ? { show() {} } : terminalSink();
  let count = 0;
  let percent = 0;
  let finished = false;
  const show = (note: string | undefined, final: boolean) => {
    finished = final;
    sink.show(new ProgressLine(label, count, total, note), final);
  };
  show(undefined, total === 0);
  return {
    tick(n = 1, note) {
      if (!(n >= 0) || n === Infinity) {
        throw new RangeError(`progress: got a step of ${n}, expected a number of at least 0`);
      }
      if (finished) return;
      count = Math.min(total, count + n);
      // Counted, not timed, so that the same run always shows the same states.
      const reached = Math.floor(100 * count / total);
      if (reached === percent) return;
      percent = reached;
      show(note, count === total);
    },
    done(note) {
      if (!finished) show(note, true);
    },
  };
}
