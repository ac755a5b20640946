/**
 * What a training says about itself while it runs: one line with step, loss, tokens/s and time left.
 *
 * @module
 */
import { duration, ProgressLine, STANDARD_ERROR, type Terminal } from "offprint/terminal.ts";
import type { StepProgress } from "./trainer.ts";

const PERIODS = { terminalMs: 500, logMs: 30_000 };
/** Smoothing of the loss and of the speed, per step. */
const SMOOTHING = 0.02;

/** A progress line on standard error. */
export class TrainingDisplay {
  readonly #terminal: Terminal;
  readonly #line: ProgressLine;
  #stepStarted: number;
  #loss: number | undefined;
  #tokensPerMs: number | undefined;
  #msPerStep: number | undefined;

  constructor(terminal: Terminal = STANDARD_ERROR) {
    this.#terminal = terminal;
    this.#line = new ProgressLine(terminal, PERIODS);
    this.#stepStarted = terminal.now();
  }

  /** Takes note of a step and shows the line when it is time. */
  step(progress: StepProgress): void {
    const now = this.#terminal.now();
    const elapsed = Math.max(now - this.#stepStarted, 1e-3);
    this.#stepStarted = now;
    this.#loss = smooth(this.#loss, progress.loss);
    this.#tokensPerMs = smooth(this.#tokensPerMs, progress.tokens / elapsed);
    this.#msPerStep = smooth(this.#msPerStep, elapsed);
    const last = progress.step >= progress.steps;
    if (!this.#line.due && !last) return;
    const left = (progress.steps - progress.step) * this.#msPerStep / 1000;
    const line = `step ${progress.step}/${progress.steps}  loss ${this.#loss.toFixed(3)}  ` +
      `lr ${progress.learningRate.toExponential(2)}  ` +
      `${Math.round(this.#tokensPerMs * 1000)} tokens/s  ${duration(left)} left`;
    this.#line.show(line, last);
  }

  /** Prints a line of its own. */
  note(line: string): void {
    this.#line.note(line);
    // The time that led to a note (evaluation, saving) is not a step's.
    this.#stepStarted = this.#terminal.now();
  }
}

function smooth(before: number | undefined, value: number): number {
  return before === undefined ? value : before + SMOOTHING * (value - before);
}
