/**
 * The operating system process of a kernel.
 *
 * @module
 */
import { type Child, type ChildEnd, startChild, within } from "offprint/process/mod.ts";

/** How a process ended. */
export type ProcessEnd = ChildEnd;

/** After its end, what it wrote is read for at most this long, in ms. */
const READ_MS = 2000;
/** So much of what a kernel writes to its own terminal is kept, in characters. */
const KEPT_CHARACTERS = 8192;

/**
 * A running kernel. It leads a process group of its own, so that killing it takes along what its
 * cells started, and so that Ctrl-C in a terminal reaches us alone: we decide how it ends.
 */
export class KernelProcess {
  readonly #child: Child;
  #text = "";
  /** Resolves when the process has ended and what it wrote has been read. */
  readonly ended: Promise<ProcessEnd>;

  constructor(connectionFile: string, cwd: string, env: Record<string, string>) {
    const args = ["jupyter", "--kernel", "--conn", connectionFile];
    this.#child = startChild(Deno.execPath(), args, { cwd, env });
    const stop = new AbortController();
    const reading = [this.#child.stdout, this.#child.stderr].map((stream) =>
      this.#keep(stream, stop.signal)
    );
    this.ended = this.#child.status.then(async (end) => {
      // What escaped from the group may hold the pipes open: it is not waited for.
      await within(READ_MS, Promise.all(reading));
      stop.abort();
      return end;
    });
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** How it ended, or undefined while it runs. */
  get end(): ProcessEnd | undefined {
    return this.#child.end;
  }

  /** The last of what the kernel itself wrote to stdout and stderr (not what cells print). */
  get terminalText(): string {
    return this.#text;
  }

  /** Ends the kernel and everything its cells started, at once. Safe to call twice. */
  kill(): void {
    this.#child.kill();
  }

  async #keep(stream: ReadableStream<Uint8Array<ArrayBuffer>>, signal: AbortSignal): Promise<void> {
    const write = (text: string) => void (this.#text = (this.#text + text).slice(-KEPT_CHARACTERS));
    const decoded = stream.pipeThrough(new TextDecoderStream(), { signal });
    await decoded.pipeTo(new WritableStream({ write }), { signal }).catch(() => {});
  }
}
