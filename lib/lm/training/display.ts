/**
 * What a training says about itself while it runs: one line with step, loss, tokens/s and time left.
 *
 * @module
 */
import type { StepProgress } from "./trainer.ts";

/** Where lines go and what time it is; replaced in tests. */
export interface DisplayPorts {
  write(text: string): void;
  /** Milliseconds. */
  now(): number;
  /** In a terminal one line is rewritten; elsewhere a line is printed now and then. */
  terminal: boolean;
}

/** The real standard error and clock. */
export const standardError: DisplayPorts = {
  write: (text) => {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  },
  now: () => performance.now(),
  get terminal() {
    return Deno.stderr.isTerminal();
  },
};

const TERMINAL_PERIOD_MS = 500;
const LOG_PERIOD_MS = 30_000;
/** Smoothing of the loss and of the speed, per step. */
const SMOOTHING = 0.02;

/** A progress line on standard error. */
export class TrainingDisplay {
  readonly #ports: DisplayPorts;
  #stepStarted: number;
  #shown = -Infinity;
  #loss: number | undefined;
  #tokensPerMs: number | undefined;
  #msPerStep: number | undefined;

  constructor(ports: DisplayPorts = standardError) {
    this.#ports = ports;
    this.#stepStarted = ports.now();
  }

  /** Takes note of a step and shows the line when it is time. */
  step(progress: StepProgress): void {
    const now = this.#ports.now();
    const elapsed = Math.max(now - this.#stepStarted, 1e-3);
    this.#stepStarted = now;
    this.#loss = smooth(this.#loss, progress.loss);
    this.#tokensPerMs = smooth(this.#tokensPerMs, progress.tokens / elapsed);
    this.#msPerStep = smooth(this.#msPerStep, elapsed);
    const period = this.#ports.terminal ? TERMINAL_PERIOD_MS : LOG_PERIOD_MS;
    if (now - this.#shown < period && progress.step < progress.steps) return;
    this.#shown = now;
    const left = (progress.steps - progress.step) * this.#msPerStep / 1000;
    const line = `step ${progress.step}/${progress.steps}  loss ${this.#loss.toFixed(3)}  ` +
      `lr ${progress.learningRate.toExponential(2)}  ` +
      `${Math.round(this.#tokensPerMs * 1000)} tokens/s  ${duration(left)} left`;
    this.#ports.write(this.#ports.terminal ? `\r\x1b[K${line}` : `${line}\n`);
  }

  /** Prints a line of its own. */
  note(line: string): void {
    this.#ports.write(this.#ports.terminal ? `\r\x1b[K${line}\n` : `${line}\n`);
    // The time that led to a note (evaluation, saving) is not a step's.
    this.#stepStarted = this.#ports.now();
  }
}

function smooth(before: number | undefined, value: number): number {
  return before === undefined ? value : before + SMOOTHING * (value - before);
}

/** A number of seconds as a person says it: `42 s`, `7 min`, `2 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
