/**
 * What commands write while they run: a line of progress on standard error, and being told to end.
 *
 * @module
 */

/** Where lines go and what time it is; replaced in tests. */
export interface Terminal {
  write(text: string): void;
  /** Milliseconds, from any start. */
  now(): number;
  /** In a terminal one line is rewritten; elsewhere a line is printed now and then. */
  readonly terminal: boolean;
}

/** The real standard error and clock: progress belongs there, since standard output is for results. */
export const STANDARD_ERROR: Terminal = {
  write: (text) => {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  },
  now: () => performance.now(),
  get terminal() {
    return Deno.stderr.isTerminal();
  },
};

/** How often a line of progress may be written, in milliseconds. */
export interface ProgressPeriods {
  /** In a terminal, where it replaces the one before. Default 200. */
  terminalMs?: number;
  /** In a file or a pipe, where every line stays. Default 10 000. */
  logMs?: number;
}

/**
 * One line of progress: rewritten in a terminal, a plain line now and then elsewhere.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ProgressLine } from "offprint/terminal.ts";
 *
 * let written = "";
 * const line = new ProgressLine({ write: (text) => written += text, now: () => 0, terminal: true });
 * line.show("1 of 2");
 * line.note("done");
 * assertEquals(written, "\r\x1b[K1 of 2\r\x1b[Kdone\n");
 * ```
 */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #period: number;
  #shown = -Infinity;

  constructor(terminal: Terminal = STANDARD_ERROR, periods: ProgressPeriods = {}) {
    this.#terminal = terminal;
    const { terminalMs = 200, logMs = 10_000 } = periods;
    this.#period = terminal.terminal ? terminalMs : logMs;
  }

  /** Whether enough time has passed for another line; `show` with `always` does not ask. */
  get due(): boolean {
    return this.#terminal.now() - this.#shown >= this.#period;
  }

  /** Shows a line when it is time, or `always`. */
  show(line: string, always = false): void {
    if (!always && !this.due) return;
    this.#shown = this.#terminal.now();
    this.#terminal.write(this.#terminal.terminal ? `\r\x1b[K${line}` : `${line}\n`);
  }

  /** Prints a line that stays. */
  note(line: string): void {
    this.#terminal.write(this.#terminal.terminal ? `\r\x1b[K${line}\n` : `${line}\n`);
  }

  /** Lets the next `show` through, whenever it comes. */
  restart(): void {
    this.#shown = -Infinity;
  }

  /** Shows nothing before a period has passed. */
  wait(): void {
    this.#shown = this.#terminal.now();
  }

  /** Takes an unfinished line away. */
  close(): void {
    if (this.#terminal.terminal) this.#terminal.write("\r\x1b[K");
  }
}

/** A line "done/total what" for work in pieces; the last one is always shown and stays. */
export function countingLine(
  terminal: Terminal = STANDARD_ERROR,
): (done: number, total: number, what?: string) => void {
  // Outside a terminal only the end is said.
  const line = new ProgressLine(terminal, { terminalMs: 50, logMs: Infinity });
  return (done, total, what = "") => {
    const text = `${done}/${total} ${what.slice(-50)}`.trimEnd();
    if (done === total) line.note(text);
    else if (terminal.terminal) line.show(text);
  };
}

/** A number of seconds as a person says it: `42 s`, `7 min`, `2 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** A signal so long after the first one comes from somebody who does not want to wait, in ms. */
const IMPATIENT_MS = 2000;

/** Signals that ask a program to end, and the exit codes that go with them; Windows has only the first. */
const SIGNALS = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const;

/**
 * Turns Ctrl-C and its kin into an abort, so that what was started can be ended and temporary files
 * removed. Once the first signal is two seconds old, another one ends the program at once.
 */
export class Ending {
  readonly #controller = new AbortController();
  #since = 0;
  readonly #handlers: [Deno.Signal, () => void][] = [];
  /** Set once a signal has come. */
  exitCode: number | undefined;

  constructor() {
    for (const [signal, exitCode] of SIGNALS) {
      if (Deno.build.os === "windows" && signal !== "SIGINT") continue;
      const handler = () => {
        // A terminal and deno task each pass Ctrl-C on: the second must not cut short the clean-up.
        if (this.exitCode !== undefined && performance.now() - this.#since > IMPATIENT_MS) {
          Deno.exit(this.exitCode);
        }
        if (this.exitCode === undefined) this.#since = performance.now();
        this.exitCode ??= exitCode;
        this.#controller.abort();
      };
      Deno.addSignalListener(signal, handler);
      this.#handlers.push([signal, handler]);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  close(): void {
    for (const [signal, handler] of this.#handlers) Deno.removeSignalListener(signal, handler);
  }
}
