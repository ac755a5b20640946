/**
 * Being told to end.
 *
 * @module
 */

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

  close(): void {
    for (const [signal, handler] of this.#handlers) Deno.removeSignalListener(signal, handler);
  }
}
