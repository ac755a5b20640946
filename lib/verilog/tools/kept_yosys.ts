/**
 * One instance of Yosys (WebAssembly) that answers many requests. Starting an instance takes longer than most
 * designs, so it is started once, with a script that it reads from its standard input. While it waits for the second
 * line its commands are run from outside, and after each request its memory is put back to what it was then: a request
 * sees nothing of those before it, be they ended by an error, and its log is that of an instance of its own.
 *
 * @module
 */
import type * as Yosys from "@yowasp/yosys";
import { type Door, Ended, openDoor, runCommand, watchDoor } from "./yosys_door.ts";
import type { YosysAnswer, YosysRequest } from "./yosys_request.ts";
import { Log, Running } from "./yosys_running.ts";

/** The part of `npm:@yowasp/yosys` that is used. */
export type YosysModuleApi = Pick<typeof Yosys, "runYosys" | "Exit">;

/** Where requests come from and where answers go; reading blocks, `undefined` is the end. */
export interface Exchange {
  next(): YosysRequest | undefined;
  send(answer: YosysAnswer): void;
}

/** Longest file of a request, in bytes; a longer one gets an instance of its own. */
const LONGEST_FILE = 16_000_000;
/** Memory of an instance after which another one is started: what a request added is not given back. */
const MOST_MEMORY = 256_000_000;

/** Answers requests until there are none. */
export async function keepYosys(yosys: YosysModuleApi, exchange: Exchange): Promise<void> {
  const names = new Set<string>();
  const shared: Shared = { beginning: undefined, closed: false };
  openDoor();
  let waiting = exchange.next();
  while (waiting !== undefined) {
    if (shared.closed || !isKeepable(waiting)) {
      exchange.send(await runOnce(yosys, waiting));
      waiting = exchange.next();
      continue;
    }
    for (const name of Object.keys(waiting.files)) names.add(name);
    waiting = await new KeptYosys(yosys, exchange, shared, names, waiting).serve();
  }
}

/** Answers one request with an instance of its own. */
export async function runOnce(
  { runYosys, Exit }: YosysModuleApi,
  { script, files, outputs, logBytes }: YosysRequest,
): Promise<YosysAnswer> {
  const log = new Log(logBytes);
  const finish = (code: number, tree: Yosys.Tree | undefined): YosysAnswer => ({
    code,
    log: log.text(),
    files: Object.fromEntries(outputs.flatMap((name) => {
      const content = tree?.[name];
      if (content === undefined) return [];
      if (typeof content === "string") return [[name, content]];
      return content instanceof Uint8Array ? [[name, new TextDecoder().decode(content)]] : [];
    })),
  });
  const streams = { stdout: log.write, stderr: log.write, decodeASCII: false };
  try {
    return finish(0, await runYosys(["-Q", "-T", "-p", script], files, streams));
  } catch (error) {
    if (error instanceof Exit) return finish(error.code, error.files);
    return { ...finish(1, undefined), failure: messageOf(error) };
  }
}

/**
 * Whether a request reads no file that its text names, since files of earlier requests are still there, and writes
 * nothing but JSON, which comes back through the standard output.
 */
function isKeepable({ script, files, outputs }: YosysRequest): boolean {
  const written = [...script.matchAll(/\bwrite_\w+ (\S+?)(?=;|\s|$)/g)];
  return !/\b(?:tee|exec|tcl|shell|exit|script|fsm_export)\b|<</.test(script) &&
    written.every(([command, name]) =>
      command.startsWith("write_json ") && outputs.includes(name!)
    ) &&
    outputs.every((name) => written.some(([, other]) => other === name)) &&
    Object.values(files).every((text) =>
      text.length * 3 <= LONGEST_FILE && !/`include|\$readmem/.test(text)
    );
}

/** A line that does nothing: what a first command sets up, none sets up again. */
const FIRST_LINE = new TextEncoder().encode("#\n");

/** What must be put back: all but the unused end of the stack, which lies first and grows downwards. */
interface Beginning {
  from: number;
  bytes: Uint8Array;
}

/** Memory of an instance that has read its first line: all have the same, but for the time at which they began. */
interface Shared {
  beginning: Beginning | undefined;
  /** The package is another build than the one that is known: each request gets an instance of its own. */
  closed: boolean;
}

function beginningOf(memory: WebAssembly.Memory): Beginning {
  const bytes = new Uint8Array(memory.buffer);
  const words = new Int32Array(memory.buffer);
  let word = 0;
  while (words[word] === 0) word++;
  return { from: 4 * word, bytes: bytes.slice(4 * word) };
}

class KeptYosys {
  readonly #yosys: YosysModuleApi;
  readonly #exchange: Exchange;
  readonly #files: Record<string, Uint8Array>;
  #waiting: YosysRequest | undefined;
  #running: Running | undefined;
  #failed = false;
  readonly #shared: Shared;
  #door: Door | undefined;
  /** Bytes of the first line that Yosys has not fetched yet. */
  #rest: Uint8Array<ArrayBufferLike> = FIRST_LINE;

  constructor(
    yosys: YosysModuleApi,
    exchange: Exchange,
    shared: Shared,
    names: ReadonlySet<string>,
    first: YosysRequest,
  ) {
    this.#yosys = yosys;
    this.#exchange = exchange;
    this.#shared = shared;
    this.#waiting = first;
    // An array over a buffer that can be resized is as long as its buffer, so a file can be given other contents.
    this.#files = Object.fromEntries(
      [...names].map((
        name,
      ) => [name, new Uint8Array(new ArrayBuffer(0, { maxByteLength: LONGEST_FILE }))]),
    );
  }

  /** Serves until a request cannot be taken and is given back, or there are no more. */
  async serve(): Promise<YosysRequest | undefined> {
    const write = (bytes: Uint8Array | null) => this.#running?.write(bytes);
    const streams = { stdin: this.#read, stdout: write, stderr: write, decodeASCII: false };
    const door = watchDoor({
      found: (door) => this.#door = door,
      reading: () => this.#rest.length === 0 && this.#answerAll(this.#door),
      inside: () => this.#running !== undefined,
      written: write,
    });
    try {
      await this.#yosys.runYosys(["-Q", "-T", "-s", "-"], this.#files, streams);
    } catch (error) {
      if (!this.#failed) throw error;
    } finally {
      door.stop();
    }
    return this.#failed ? this.#exchange.next() : this.#waiting;
  }

  /** What Yosys reads: the first line, at most `most` bytes at a time, and then, when all is done, its end. */
  readonly #read = (most: number): Uint8Array | null => {
    if (this.#rest.length === 0) {
      this.#shared.closed ||= this.#door === undefined;
      return null;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(most);
    return piece;
  };

  #answerAll(door: Door | undefined): void {
    if (door === undefined) return;
    const { from, bytes } = this.#shared.beginning ??= beginningOf(door.memory);
    while (true) {
      const request = this.#waiting ?? this.#exchange.next();
      this.#waiting = request;
      if (request === undefined || !isKeepable(request) || !this.#fits(request, door)) return;
      this.#waiting = undefined;
      this.#exchange.send(this.#answer(request, door));
      if (this.#failed) throw new Error("an instance that cannot go on");
      new Uint8Array(door.memory.buffer).set(bytes, from);
    }
  }

  #fits({ files }: YosysRequest, { memory }: Door): boolean {
    return memory.buffer.byteLength < MOST_MEMORY &&
      Object.keys(files).every((name) => name in this.#files);
  }

  #answer(request: YosysRequest, door: Door): YosysAnswer {
    for (const [name, file] of Object.entries(this.#files)) {
      const bytes = new TextEncoder().encode(request.files[name] ?? "");
      (file.buffer as ArrayBuffer).resize(bytes.length);
      file.set(bytes);
    }
    const running = this.#running = new Running(request);
    const { log, files } = running;
    try {
      for (const line of running.lines) {
        running.begin(line);
        runCommand(door, line.command);
        running.end();
      }
      return { code: 0, log: log.text(), files };
    } catch (error) {
      running.end(true);
      if (error instanceof Ended) return { code: error.code, log: log.text(), files };
      // What else ends it leaves nothing to go on with: no memory, or a fault in Yosys.
      this.#failed = true;
      return { code: 1, log: log.text(), files: {}, failure: messageOf(error) };
    } finally {
      this.#running = undefined;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
