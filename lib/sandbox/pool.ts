/**
 * Warm processes in which untrusted programs run, shared by all who ask.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { type SandboxJob, type SandboxLimits, type SandboxResult, USUAL_LIMITS } from "./job.ts";
import { LineChild, type LineChildOptions } from "./line_child.ts";

/** How many processes there are, and what each may use. */
export interface SandboxOptions {
  /** Processes kept warm. Default 1. */
  processes?: number;
  /** Limits of jobs that do not bring their own. */
  limits?: Partial<SandboxLimits>;
  /** Data memory of a process in bytes, where the system heeds that (Linux). Default 1 GB. */
  memoryBytes?: number;
}

/** A language: its process, and what to do where its package is missing. */
export interface SandboxLanguage {
  name: string;
  package: string;
  child: () => Promise<Pick<LineChildOptions, "script" | "permissions">>;
}

/** Jobs sent to a process at once: sending one by one costs more than running it. */
const CHUNK = 32;
/** Time for what surrounds the calls of a job, in milliseconds. */
const MARGIN_MS = 2_000;

interface Waiting {
  job: SandboxJob;
  resolve: (result: SandboxResult) => void;
  reject: (error: unknown) => void;
}

/** A pool of processes for one language. Close it, or use `await using`. */
export class SandboxPool implements AsyncDisposable {
  readonly #language: SandboxLanguage;
  readonly #processes: number;
  readonly #limits: SandboxLimits;
  readonly #memoryBytes: number;
  readonly #queue: Waiting[] = [];
  readonly #running = new Set<Promise<void>>();
  /** How many of them still look into the queue. */
  #active = 0;
  readonly #idle: LineChild[] = [];
  #closed = false;
  /** Processes started so far; more than there are at a time where some were ended. */
  started = 0;

  constructor(language: SandboxLanguage, options: SandboxOptions = {}) {
    this.#language = language;
    this.#processes = options.processes ?? 1;
    this.#limits = { ...USUAL_LIMITS, ...options.limits };
    this.#memoryBytes = options.memoryBytes ?? 1_000_000_000;
    if (!Number.isInteger(this.#processes) || this.#processes < 1) {
      throw new RangeError(`SandboxPool: got ${this.#processes} processes, expected at least 1`);
    }
  }

  /** How many programs can run at the same time. */
  get processes(): number {
    return this.#processes;
  }

  /**
   * Runs a program. Whatever it does is an outcome, never an exception.
   *
   * @throws {UserError} when the sandbox itself cannot be started.
   */
  run(job: SandboxJob): Promise<SandboxResult> {
    if (this.#closed) throw new Error("SandboxPool: already closed");
    return new Promise((resolve, reject) => {
      const limits = { ...this.#limits, ...job.limits };
      this.#queue.push({ job: { ...job, limits }, resolve, reject });
      if (this.#active < this.#processes) {
        this.#active++;
        // After the caller has queued what else it has, so that jobs travel together.
        const work = Promise.resolve().then(() => this.#work());
        this.#running.add(work);
        work.finally(() => this.#running.delete(work));
      }
    });
  }

  /** Results of many programs, in their order. */
  runAll(jobs: readonly SandboxJob[]): Promise<SandboxResult[]> {
    return Promise.all(jobs.map((job) => this.run(job)));
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) {
      const share = Math.ceil(this.#queue.length / this.#processes);
      const chunk = this.#queue.splice(0, Math.min(CHUNK, share));
      try {
        await this.#runChunk(chunk);
      } catch (error) {
        for (const { reject } of chunk) reject(error);
      }
    }
    this.#active--;
  }

  async #runChunk(chunk: Waiting[]): Promise<void> {
    const child = this.#idle.pop() ?? await this.#start();
    const timeMs = MARGIN_MS +
      Math.max(...chunk.map(({ job: { calls, limits } }) => limits!.timeMs! * (calls.length + 1)));
    const answer = await child.exchange(JSON.stringify(chunk.map(({ job }) => job)), timeMs);
    if (typeof answer === "object") {
      const results = JSON.parse(answer.line) as SandboxResult[];
      chunk.forEach(({ resolve }, at) => resolve(results[at]!));
      if (!this.#closed) this.#idle.push(child);
      else await child.close();
      return;
    }
    await child.close();
    if (chunk.length === 1) {
      chunk[0]!.resolve({ status: answer === "late" ? "time" : "crash", calls: [] });
    } else {
      // One of them did it: each has a turn of its own.
      for (const waiting of chunk) await this.#runChunk([waiting]);
    }
  }

  async #start(): Promise<LineChild> {
    const { name, package: packageName, child } = this.#language;
    this.started++;
    const started = await LineChild.start({
      ...await child(),
      memoryBytes: this.#memoryBytes,
      hello: JSON.stringify([{ code: "", calls: [] } satisfies SandboxJob]),
    });
    if (started instanceof LineChild) return started;
    const said = started.said === "" ? "" : ` (${started.said.split("\n")[0]!.slice(0, 160)})`;
    throw new UserError({
      what: `the ${name} sandbox`,
      got: new Described(`a child process that ended with status ${started.died}${said}`),
      expected: `npm:${packageName} to load`,
      todo: `Fetch it once with a network: deno cache npm:${packageName}`,
    });
  }

  /** Ends all processes; what still waits is told so. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const waiting = this.#queue.splice(0);
    for (const { reject } of waiting) reject(new Error("SandboxPool: closed before it ran"));
    await Promise.allSettled([...this.#running]);
    await Promise.all(this.#idle.splice(0).map((child) => child.close()));
  }
}
