/**
 * Yosys without a system package: the WebAssembly build of `npm:@yowasp/yosys` in child processes that
 * are kept warm, limited in time and memory, and killed when they overrun.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import {
  type Child,
  LATE,
  LineReader,
  packageFolders,
  startChild,
  withinOwnTime,
} from "offprint/process/mod.ts";
import type { YosysAnswer, YosysRequest } from "./yosys_request.ts";

/** Name and version, for records and cards. */
export const YOSYS_VERSION = "Yosys 0.55 (@yowasp/yosys 0.55.944)";

/** What one run may use, and how many processes share the work. */
export interface YosysOptions {
  /** Processes kept warm; each takes about 400 MB. Default 1. */
  processes?: number;
  /** Time for one run, in milliseconds, without waiting for a processor. Default 20 000. */
  timeMs?: number;
  /** Data memory of a process, in bytes, where the system heeds that (Linux). Default 1.5 GB. */
  memoryBytes?: number;
  /** Characters kept of a log. Default 1 000 000. */
  logBytes?: number;
}

/** A run of a Yosys script over files in memory. */
export interface YosysRun {
  /** Commands, separated by `;` or line breaks. They name no file but those given here and those they write. */
  script: string;
  /** Files the script may read, by name. */
  files: Record<string, string>;
  /** Files to return. */
  outputs?: string[];
}

/** How it went. */
export interface YosysResult {
  /** `ok`, `error` (Yosys said no), or the limit that ended it. */
  status: "ok" | "error" | "time" | "memory";
  log: string;
  files: Record<string, string>;
}

/** A pool of Yosys processes. Close it, or use `await using`. */
export class YosysPool implements AsyncDisposable {
  readonly #options: Required<YosysOptions>;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  /** What is done with the next process that is free. */
  readonly #waiting: ((worker: Worker) => void)[] = [];
  #closed = false;

  constructor(options: YosysOptions = {}) {
    this.#options = {
      processes: options.processes ?? 1,
      timeMs: options.timeMs ?? 20_000,
      memoryBytes: options.memoryBytes ?? 1_500_000_000,
      logBytes: options.logBytes ?? 1_000_000,
    };
    if (!Number.isInteger(this.#options.processes) || this.#options.processes < 1) {
      throw new RangeError(
        `YosysPool: got ${this.#options.processes} processes, expected at least 1`,
      );
    }
  }

  /** How many runs can go on at once. */
  get processes(): number {
    return this.#options.processes;
  }

  /**
   * Runs a script. A run that overruns its time is killed with its process; the next one starts afresh. A
   * process that is dead before it has begun is started once more.
   *
   * @throws {UserError} when Yosys cannot be started.
   */
  async run({ script, files, outputs = [] }: YosysRun): Promise<YosysResult> {
    const { timeMs, logBytes } = this.#options;
    const ask = async (worker: Worker) => {
      try {
        const answer = await worker.ask({ script, files, outputs, logBytes }, timeMs);
        if (typeof answer === "object" && "died" in answer) this.#drop(worker);
        return { worker, answer };
      } catch (error) {
        this.#drop(worker);
        throw error;
      }
    };
    let { worker, answer } = await this.#withFree(ask);
    if (typeof answer === "object" && "died" in answer) {
      ({ worker, answer } = await this.#withFree(ask));
    }
    if (typeof answer === "object" && "died" in answer) {
      throw new UserError({
        what: "Yosys",
        got: new Described(`a child process that ended at once, with status ${answer.died}`),
        expected: "npm:@yowasp/yosys to load",
        todo: "Fetch it once with a network: deno cache npm:@yowasp/yosys@0.55.944",
      });
    }
    if (answer === "time" || answer === "memory") {
      this.#drop(worker);
      return { status: answer, log: "", files: {} };
    }
    if (answer.failure !== undefined) {
      // Memory of a WebAssembly instance that failed is in no known state.
      this.#drop(worker);
      return { status: "memory", log: answer.log, files: {} };
    }
    this.#give(worker);
    return { status: answer.code === 0 ? "ok" : "error", log: answer.log, files: answer.files };
  }

  /**
   * Uses the first process that is free. One that is given back is used at once: with an answer comes much work for its
   * reader, and the process would wait for the end of that.
   */
  async #withFree<T>(use: (worker: Worker) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error("YosysPool: already closed");
    const idle = this.#idle.pop();
    if (idle !== undefined) return await use(idle);
    if (this.#all.size < this.#options.processes) return await use(this.#start());
    return await new Promise((resolve) => this.#waiting.push((worker) => resolve(use(worker))));
  }

  #start(): Worker {
    const worker = new Worker(this.#options.memoryBytes);
    this.#all.add(worker);
    return worker;
  }

  #give(worker: Worker): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(worker);
    else next(worker);
  }

  #drop(worker: Worker): void {
    this.#all.delete(worker);
    worker.kill();
    const next = this.#waiting.shift();
    if (next !== undefined && !this.#closed) next(this.#start());
  }

  /** Ends all processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#all].map((worker) => worker.close()));
    this.#all.clear();
  }
}

/** Longest start of a process, in milliseconds. */
const START_MS = 60_000;

/** All that a process may read; it may do nothing else beside computing. */
const YOSYS_PACKAGE: string = "@yowasp/yosys";
const CHILD_SCRIPT = new URL("./yosys_child.ts", import.meta.url);
const LOCK_FILE = new URL("../../../deno.lock", import.meta.url);

/** A process that ended before it began with a request; its status. */
interface Died {
  died: number;
}

/** One process and its pipe. */
class Worker {
  readonly #child: Promise<Child>;
  #running: Child | undefined;
  #lines: LineReader | undefined;
  #killed = false;
  #asking = 0;
  #started = false;
  #ended: number | undefined;

  constructor(memoryBytes: number) {
    this.#child = this.#spawn(memoryBytes);
  }

  async #spawn(memoryBytes: number): Promise<Child> {
    const folders = await packageFolders(YOSYS_PACKAGE, import.meta.resolve(YOSYS_PACKAGE));
    const args = ["run", "--quiet", "--no-prompt", `--allow-read=${folders.join(",")}`];
    const locked = await Deno.stat(LOCK_FILE).then(() => true, () => false);
    if (locked) args.push("--lock", decodeURIComponent(LOCK_FILE.pathname), "--frozen");
    const child = startChild(Deno.execPath(), [...args, CHILD_SCRIPT.href], {
      stdin: "piped",
      stderr: "null",
      env: { NO_COLOR: "1" },
      memoryBytes,
    });
    this.#lines = new LineReader(child.stdout);
    child.status.then(({ code }) => this.#ended = code, () => {});
    if (this.#killed) child.kill();
    // An idle process must not keep ours alive when nobody closes the pool.
    if (this.#asking === 0) child.unref();
    return this.#running = child;
  }

  /** Sends a request and waits for its answer, at most `timeMs`, in which starting the process does not count. */
  async ask(
    request: YosysRequest,
    timeMs: number,
  ): Promise<YosysAnswer | "time" | "memory" | Died> {
    if (!this.#started) {
      // Else a busy machine would call every design too slow.
      const nothing = { script: "design -reset", files: {}, outputs: [], logBytes: 1000 };
      const answer = await this.#exchange(nothing, Math.max(START_MS, timeMs));
      if (answer === "memory") return { died: this.#ended ?? 0 };
      if (answer === "time") return answer;
      this.#started = true;
    }
    // Something else may have ended it while it was idle.
    if (this.#ended !== undefined) return { died: this.#ended };
    return await this.#exchange(request, timeMs);
  }

  async #exchange(request: YosysRequest, timeMs: number): Promise<YosysAnswer | "time" | "memory"> {
    this.#asking++;
    const child = this.#running ?? await this.#child;
    child.ref();
    try {
      const answering = child.write(JSON.stringify(request) + "\n").then(() => this.#lines!.next())
        // A process that ended has closed its pipes, and which of them tells first is chance.
        .catch(() => undefined);
      const line = await withinOwnTime(timeMs, child.pid, answering);
      if (line === LATE) {
        this.kill();
        return "time";
      }
      if (line !== undefined) return JSON.parse(line);
      this.#ended = (await child.status).code;
      return "memory";
    } finally {
      this.#asking--;
      child.unref();
    }
  }

  kill(): void {
    this.#killed = true;
    this.#child.then((child) => child.kill(), () => {});
  }

  async close(): Promise<void> {
    this.kill();
    const child = await this.#child.catch(() => undefined);
    child?.ref();
    await child?.status;
    await this.#lines?.drain();
  }
}
