/**
 * A client of the Deno Jupyter kernel: starts one, runs cells in it, ends it. TCP and JSON only; no
 * Python and no native addon.
 *
 * @module
 */
import { messageOf } from "offprint/errors.ts";
import { Channels } from "./channels.ts";
import {
  type Channel,
  type Connection,
  freePorts,
  newConnection,
  writeConnectionFile,
} from "./connection.ts";
import {
  type ExecuteOptions,
  type Execution,
  OUTPUT_TYPES,
  type OutputMessage,
  thrownOf,
} from "./execution.ts";
import { LATE, within, withinOwnTime } from "offprint/process/mod.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import { type JsonObject, type Message, MessageError } from "./messages.ts";
import { KernelProcess, type ProcessEnd } from "./process.ts";
import { enterCode, fenceCode, HIDDEN, SETUP_CODE } from "./setup_cell.ts";

/** How a kernel is started. */
export interface KernelOptions {
  /** Working directory: `deno.json` and relative files are looked up from here. */
  cwd: string;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Kills the kernel when aborted. */
  signal?: AbortSignal;
  /** New ports are tried this often. */
  attempts?: number;
  /** A kernel that has not answered by then is taken for stuck. */
  startLimitMs?: number;
  /** Where the five ports of an attempt come from. */
  ports?: () => Record<Channel, number>;
}

/** The kernel could not be started. */
export class KernelStartError extends Error {
  override readonly name = "KernelStartError";
}

const ATTEMPTS = 5;
const START_LIMIT_MS = 120_000;
/** Time between two tries to reach a kernel that is coming up, in ms. */
const POLL_MS = 15;
/** A kernel asked to shut down has this long until it is killed, in ms. */
const SHUTDOWN_GRACE_MS = 2000;
const NO_ANSWER = "it did not answer in time";

/** A dying process closes its sockets first, and has this long to end, in ms. */
const DEATH_MS = 20_000;

/** Nothing published for this long, although the fence is due: the stream is out of step. In ms at work. */
const SILENCE_MS = 10_000;
/**
 * The kernel of Deno 2.9 does not wait for one message to be written before it starts the next, so a
 * message larger than the socket's buffer (megabytes) can be torn apart by a small one.
 */
const GARBLED = "a cell that puts out several megabytes at once can do this; show less of it";

/** The execution that is going on. */
interface Running {
  options: ExecuteOptions;
  fenceId: string;
  fence: PromiseWithResolvers<void>;
  lost: (Execution & { status: "lost" }) | undefined;
  /** Cell whose late output is arriving, or null for the running cell's own. */
  origin: string | null;
}

/**
 * One kernel. Cells run one at a time, in the order of the calls.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { KernelClient } from "offprint/kit/kernel/mod.ts";
 *
 * const kernel = await KernelClient.start({ cwd: Deno.cwd() });
 * let printed = "";
 * const execution = await kernel.execute("console.log(6 * 7)", {
 *   cell: "answer",
 *   onOutput: ({ content }) => printed += content.text,
 * });
 * assertEquals(execution, { status: "ok" });
 * assertEquals(printed, "42\n");
 * await kernel.shutdown();
 * ```
 */
export class KernelClient {
  readonly #process: KernelProcess;
  readonly #channels: Channels;
  readonly #folder: string;
  /** Settles when the kernel can no longer be used. */
  readonly #gone = Promise.withResolvers<Execution & { status: "died" | "broken" }>();
  readonly #signal: AbortSignal | undefined;
  /** Messages that came on iopub so far. */
  #published = 0;
  #heard = Promise.withResolvers<void>();
  #running: Running | undefined;
  /** What was published after one cell's fence and before the next cell. */
  #between: Message[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #closing = false;

  private constructor(
    process: KernelProcess,
    connection: Connection,
    folder: string,
    signal: AbortSignal | undefined,
  ) {
    this.#process = process;
    this.#channels = new Channels(connection, {
      onPublished: (message) => this.#onPublished(message),
      onError: (channel, error) => void this.#onChannelError(channel, error),
    });
    this.#folder = folder;
    this.#signal = signal;
    if (signal?.aborted) this.#onAbort();
    signal?.addEventListener("abort", this.#onAbort);
    process.ended.then((end) => {
      this.#gone.resolve({ status: "died", end, terminalText: process.terminalText });
    });
  }

  /**
   * Starts a kernel and waits until it can run cells. A port that another program took in the
   * meantime, or a kernel that does not come up, leads to another attempt with new ports.
   *
   * @throws {KernelStartError} when no attempt succeeded; says what the kernel wrote.
   */
  static async start(options: KernelOptions): Promise<KernelClient> {
    const attempts = options.attempts ?? ATTEMPTS;
    let last = "";
    for (let attempt = 0; attempt < attempts; attempt++) {
      options.signal?.throwIfAborted();
      const result = await KernelClient.#attempt(options);
      if (result instanceof KernelClient) return result;
      last = result;
    }
    options.signal?.throwIfAborted();
    throw new KernelStartError(
      `the Deno kernel did not start (${attempts} ${attempts === 1 ? "try" : "tries"}): ${last}`,
    );
  }

  static async #attempt(options: KernelOptions): Promise<KernelClient | string> {
    const connection = newConnection((options.ports ?? freePorts)());
    const folder = await temporaryFolder("kernel");
    let client: KernelClient;
    try {
      const file = await writeConnectionFile(folder, connection);
      const env = { NO_COLOR: "1", ...options.env };
      const process = new KernelProcess(file, options.cwd, env);
      client = new KernelClient(process, connection, folder, options.signal);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      return messageOf(error);
    }
    const deadline = Date.now() + (options.startLimitMs ?? START_LIMIT_MS);
    try {
      await client.#connect(deadline);
      return client;
    } catch (error) {
      await client.kill();
      const text = client.#process.terminalText.trim();
      return text === "" ? messageOf(error) : `${messageOf(error)}; the kernel wrote: ${text}`;
    }
  }

  /** Process id of the kernel. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Settles when the kernel's process has ended. */
  get ended(): Promise<ProcessEnd> {
    return this.#process.ended;
  }

  /** Runs one cell after those given before, and waits until its output is complete. */
  execute(code: string, options: ExecuteOptions): Promise<Execution> {
    const result = this.#queue.then(() => this.#execute(code, options));
    this.#queue = result;
    return result;
  }

  /**
   * Sends a request and waits for its reply: for what is not the execution of a cell, like
   * `kernel_info_request` or `complete_request`.
   *
   * @throws {Error} when the kernel is gone before it answers.
   */
  async request(
    channel: "shell" | "control",
    type: string,
    content: JsonObject,
  ): Promise<JsonObject> {
    const request = this.#channels.request(channel, type, content);
    const reply = await Promise.race([request, this.#gone.promise]);
    if ("status" in reply) throw new Error(`the kernel ended before it answered ${type}`);
    return reply.content;
  }

  /** Asks the kernel to end; kills it when it has not within two seconds. */
  async shutdown(): Promise<void> {
    if (this.#process.end === undefined && !this.#closing) {
      this.#closing = true;
      this.#channels.request("control", "shutdown_request", { restart: false }).catch(() => {});
      await within(SHUTDOWN_GRACE_MS, this.#process.ended);
    }
    await this.kill();
  }

  /** Ends the kernel and all that its cells started, now, and removes its connection file. */
  async kill(): Promise<void> {
    this.#closing = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#process.kill();
    this.#channels.close();
    await this.#process.ended;
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }

  #onAbort = () => void this.kill();

  async #connect(deadline: number): Promise<void> {
    const left = () => deadline - Date.now();
    for (const channel of ["iopub", "shell", "control", "stdin"] as const) {
      await this.#unlessGone(this.#connectWhenUp(channel, left), left());
    }
    // The kernel answers before it has noted our subscription; ask until iopub has been heard.
    do {
      const answered = this.request("shell", "kernel_info_request", {});
      await this.#unlessGone(Promise.race([answered, this.#heard.promise]), left());
    } while (await within(POLL_MS, this.#heard.promise) === LATE);
    const execution = await this.execute(SETUP_CODE, {
      cell: "",
      timeLimitMs: Math.max(1, left()),
    });
    if (execution.status !== "ok") {
      throw new KernelStartError(`its set-up cell failed: ${JSON.stringify(execution)}`);
    }
  }

  async #connectWhenUp(channel: Channel, left: () => number): Promise<void> {
    while (left() > 0 && !this.#closing) {
      try {
        return await this.#channels.connect(channel);
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }
    throw new KernelStartError(NO_ANSWER);
  }

  /** The work's result, unless the kernel ends or the time is over first. */
  async #unlessGone<T>(work: Promise<T>, ms: number): Promise<T> {
    const gone = this.#gone.promise.then((how): never => {
      throw new KernelStartError(
        how.status === "died" ? `it ended with code ${how.end.code}` : how.message,
      );
    });
    const result = await within(ms, Promise.race([work, gone]));
    if (result === LATE) throw new KernelStartError(NO_ANSWER);
    return result;
  }

  async #onChannelError(channel: Channel, error: unknown): Promise<void> {
    if (this.#closing) return;
    if (error instanceof MessageError) {
      const cause = channel === "iopub" ? ` (${GARBLED})` : "";
      this.#gone.resolve({ status: "broken", message: `${error.message}${cause}` });
      this.#process.kill();
      return;
    }
    // How it ended says more than that.
    await within(DEATH_MS, this.#process.ended);
    const message = `lost the ${channel} channel: ${messageOf(error)}`;
    this.#gone.resolve({ status: "broken", message });
  }

  #onPublished(message: Message): void {
    const { msg_type: type } = message.header;
    const { content } = message;
    this.#published++;
    this.#heard.resolve();
    const running = this.#running;
    if (running === undefined) {
      this.#between.push(message);
      return;
    }
    if (OUTPUT_TYPES.has(type)) {
      running.options.onOutput?.({ type: type as OutputMessage["type"], content }, {
        cell: running.origin ?? running.options.cell,
        late: running.origin !== null,
      });
    } else if (type === HIDDEN.origin) {
      running.origin = content["cell"] as string | null;
    } else if (type === HIDDEN.fence) {
      if (content["id"] === running.fenceId) running.fence.resolve();
    } else if (type === HIDDEN.processor) {
      running.options.onProcessor?.({
        cell: String(content["cell"]),
        name: String(content["name"]),
      });
    } else if (type === HIDDEN.lost) {
      running.lost ??= {
        status: "lost",
        what: content["what"] === "error" ? "error" : "rejection",
        cell: String(content["cell"] ?? running.options.cell),
        error: thrownOf(content),
      };
    }
  }

  #evaluate(code: string, silent: boolean): Promise<Message> {
    return this.#channels.request("shell", "execute_request", {
      code,
      silent,
      store_history: !silent,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
    });
  }

  /** Waits for the fence as long as anything else still arrives. */
  async #untilFence({ fence }: Running): Promise<void> {
    const over = Promise.race([fence.promise, this.#gone.promise]);
    const silence = () => withinOwnTime(SILENCE_MS, this.pid, over);
    for (let seen = -1; await silence() === LATE; seen = this.#published) {
      if (seen !== this.#published) continue;
      const message = `the kernel's output stopped in the middle (${GARBLED})`;
      this.#gone.resolve({ status: "broken", message });
      this.#process.kill();
    }
  }

  async #execute(code: string, options: ExecuteOptions): Promise<Execution> {
    const running: Running = {
      options,
      fenceId: crypto.randomUUID(),
      fence: Promise.withResolvers<void>(),
      lost: undefined,
      origin: null,
    };
    this.#running = running;
    for (const message of this.#between.splice(0)) this.#onPublished(message);
    const isSetup = code === SETUP_CODE;
    const work = async (): Promise<Execution> => {
      if (!isSetup) await this.#evaluate(enterCode(options.cell), true);
      const reply = await this.#evaluate(code, isSetup);
      await this.#evaluate(fenceCode(running.fenceId, options.settleMs ?? 0), true);
      await this.#untilFence(running);
      if (reply.content["status"] !== "ok") {
        return { status: "error", error: thrownOf(reply.content) };
      }
      return running.lost ?? { status: "ok" };
    };
    const { timeLimitMs: limitMs } = options;
    try {
      const ending = Promise.race([work(), this.#gone.promise]);
      const execution = limitMs === undefined
        ? await ending
        : await withinOwnTime(limitMs, this.pid, ending);
      if (execution !== LATE) return execution;
      this.#process.kill();
      return { status: "timeout", limitMs: limitMs! };
    } catch (error) {
      // Writing failed: the process is on its way out, or the connection is.
      const gone = await within(DEATH_MS, this.#gone.promise);
      return gone === LATE ? { status: "broken", message: messageOf(error) } : gone;
    } finally {
      this.#running = undefined;
    }
  }
}
