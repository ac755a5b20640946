/**
 * A child process that answers line by line, and the permissions it lacks.
 *
 * @module
 */
import {
  type Child,
  LATE,
  LineReader,
  startChild,
  within,
  withinOwnTime,
} from "offprint/process/mod.ts";

/** How such a process is started. */
export interface LineChildOptions {
  /** Its program. */
  script: URL;
  /** The program's arguments. */
  arguments?: readonly string[];
  /** What Deno allows it; nothing unless given. */
  permissions?: readonly string[];
  /** Data memory of the process in bytes, where the system heeds that (Linux); unlimited unless given. */
  memoryBytes?: number;
  /** Added to its environment. */
  env?: Record<string, string>;
  /** Sent once, to learn when it has started. */
  hello: string;
}

/** Why there is no answer. */
export type NoAnswer = "late" | "ended";

/** Longest start, in milliseconds. */
const START_MS = 120_000;

/** Between the end of a process's answers and its own, in milliseconds. */
const LAST_WORDS_MS = 1000;

const LOCK_FILE = new URL("../../deno.lock", import.meta.url);

/** One process and its pipes. */
export class LineChild {
  readonly #child: Child;
  readonly #lines: LineReader;
  readonly #said: Promise<string>;
  #asking = 0;

  private constructor(child: Child) {
    this.#child = child;
    this.#lines = new LineReader(child.stdout);
    this.#said = new Response(child.stderr).text().catch(() => "");
  }

  /** Starts it and waits for its first answer; what stops it from starting is said with its exit status. */
  static async start(
    options: LineChildOptions,
  ): Promise<LineChild | { died: number; said: string }> {
    const { script, permissions = [], memoryBytes, env, hello } = options;
    const args = ["run", "--quiet", "--no-prompt", ...permissions];
    if (await Deno.stat(LOCK_FILE).then(() => true, () => false)) {
      args.push("--lock", decodeURIComponent(LOCK_FILE.pathname), "--frozen");
    }
    const child = startChild(Deno.execPath(), [...args, script.href, ...options.arguments ?? []], {
      stdin: "piped",
      env: { NO_COLOR: "1", ...env },
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    });
    const started = new LineChild(child);
    return typeof await started.exchange(hello, START_MS) === "string"
      ? await started.lastWords()
      : started;
  }

  /** Exit status and errors of a process whose answers have ended; one that lives on is ended. */
  async lastWords(): Promise<{ died: number; said: string }> {
    this.#child.ref();
    if (await within(LAST_WORDS_MS, this.#child.status) === LATE) this.kill();
    const { code } = await this.#child.status;
    return { died: code, said: (await this.#said).trim() };
  }

  /**
   * Sends one line; its answer, or the reason why there is none within `timeMs`. Waiting for a processor does not count.
   */
  async exchange(line: string, timeMs: number): Promise<{ line: string } | NoAnswer> {
    this.#asking++;
    this.#child.ref();
    try {
      // A process that ended has closed its pipes; its end is seen when the answer is read.
      const writing = this.#child.write(`${line}\n`).catch(() => {});
      const reading = this.#lines.next().catch(() => undefined);
      const answer = await withinOwnTime(timeMs, this.#child.pid, reading);
      if (answer === LATE) this.kill();
      if (answer === LATE || answer === undefined) return answer === LATE ? "late" : "ended";
      await writing;
      return { line: answer };
    } finally {
      // An idle process must not keep ours alive when nobody closes the pool.
      if (--this.#asking === 0) this.#child.unref();
    }
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill();
  }

  /** Ends it and waits until it is gone. */
  async close(): Promise<void> {
    this.kill();
    this.#child.ref();
    await this.#child.status;
    await this.#lines.drain();
  }
}
