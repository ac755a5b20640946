/**
 * What a download says about itself while it runs: bytes, rate and time left.
 *
 * @module
 */
import { type DownloadPlan, type PlannedFile, shownBytes } from "./download.ts";
import { duration, ProgressLine, STANDARD_ERROR, type Terminal } from "offprint/terminal.ts";

/** The rate is measured over about this many milliseconds. */
const RATE_MEMORY_MS = 5_000;

/** A progress line in a terminal; in a file or a pipe a plain line for each file and every ten seconds. */
export class DownloadDisplay {
  readonly #terminal: Terminal;
  readonly #line: ProgressLine;
  #total = 0;
  /** Bytes on the disk, by file. */
  readonly #present = new Map<string, number>();
  #last: number;
  #received = 0;
  #bytesPerMs: number | undefined;

  constructor(terminal: Terminal = STANDARD_ERROR) {
    this.#terminal = terminal;
    this.#line = new ProgressLine(terminal);
    this.#line.wait();
    this.#last = terminal.now();
  }

  /** Says what is going to be done. */
  plan({ name, commit, files }: DownloadPlan): void {
    for (const { path, bytes, present } of files) {
      this.#total += bytes;
      this.#present.set(path, present);
    }
    const here = this.#sum();
    const plural = files.length === 1 ? "file" : "files";
    this.note(
      `${name} at ${commit.slice(0, 12)}: ${files.length} ${plural}, ${shownBytes(this.#total)}` +
        (here === 0 ? "" : `, of which ${shownBytes(here)} are here`),
    );
  }

  /** Takes note of bytes and shows the line when it is time. */
  bytes(file: PlannedFile, present: number, received: number): void {
    this.#present.set(file.path, present);
    this.#received += received;
    if (!this.#line.due) return;
    this.#measure(this.#terminal.now());
    this.#line.show(`${file.path}  ${this.#state()}`);
  }

  /** Says that a file is in its place. */
  file({ path, bytes }: PlannedFile): void {
    this.#present.set(path, bytes);
    this.note(`${path}  ${shownBytes(bytes)}`);
  }

  /** Prints a line of its own. */
  note(line: string): void {
    this.#line.note(line);
  }

  /** Takes an unfinished progress line away. */
  close(): void {
    this.#line.close();
  }

  #sum(): number {
    return [...this.#present.values()].reduce((a, b) => a + b, 0);
  }

  #measure(now: number): void {
    const elapsed = Math.max(now - this.#last, 1);
    const weight = 1 - Math.exp(-elapsed / RATE_MEMORY_MS);
    const rate = this.#received / elapsed;
    this.#bytesPerMs = this.#bytesPerMs === undefined
      ? rate
      : this.#bytesPerMs + weight * (rate - this.#bytesPerMs);
    this.#last = now;
    this.#received = 0;
  }

  #state(): string {
    const here = this.#sum();
    const rate = this.#bytesPerMs ?? 0;
    const left = rate > 0 ? `  ${duration((this.#total - here) / rate / 1000)} left` : "";
    return `${shownBytes(here)} of ${shownBytes(this.#total)}  ${shownBytes(rate * 1000)}/s${left}`;
  }
}
