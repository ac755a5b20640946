/**
 * Whole lines of what a process writes.
 *
 * @module
 */

/** Reads the lines of a stream of UTF-8 bytes one by one. */
export class LineReader {
  // Without a pipe: where the stream of a process is given up, a pipe leaves a rejection that nobody can catch.
  readonly #pieces: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** @param bytes for example the standard output of a child process; it must not be read elsewhere. */
  constructor(bytes: ReadableStream<Uint8Array>) {
    this.#pieces = bytes.getReader();
  }

  /** The next line without its end; nothing when the stream ends before the line does. */
  async next(): Promise<string | undefined> {
    let at = this.#rest.indexOf("\n");
    while (at === -1) {
      const { value, done } = await this.#pieces.read();
      if (done) return undefined;
      // A long line comes in many pieces; only the new piece is searched.
      const from = this.#rest.length;
      this.#rest += this.#decoder.decode(value, { stream: true });
      at = this.#rest.indexOf("\n", from);
    }
    const line = this.#rest.slice(0, at);
    this.#rest = this.#rest.slice(at + 1);
    return line;
  }

  /**
   * Reads what is left of the stream of a process that has ended; whatever is wrong with it no longer matters. It is
   * not given up unread: that leaves a rejection that nobody can catch (findings/deno_cancel_of_ended_pipe.sh).
   */
  async drain(): Promise<void> {
    this.#rest = "";
    try {
      while (!(await this.#pieces.read()).done);
    } catch {
      // A broken pipe is at its end too.
    }
  }
}
