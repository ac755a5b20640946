/**
 * One instance of Yosys (WebAssembly) that answers many requests. Starting an instance takes longer than most
 * designs, so it is started once, with a script that it reads from its standard input a line at a time, and its
 * memory is put back before each request to what it was when it had just started: a request sees nothing of those
 * before it, and its log is that of an instance of its own. An error ends the instance; the next one is started while
 * nobody waits.
 *
 * @module
 */
import type * as Yosys from "@yowasp/yosys";
import type { YosysAnswer, YosysRequest } from "./yosys_request.ts";

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
  const shared: Shared = { beginning: undefined };
  let waiting = exchange.next();
  while (waiting !== undefined) {
    if (!isKeepable(waiting)) {
      exchange.send(await runOnce(yosys, waiting));
      waiting = exchange.next();
      continue;
    }
    for (const name of Object.keys(waiting.files)) names.add(name);
    let left = await new KeptYosys(yosys, exchange, shared, names, waiting).serve();
    // It starts before there is a request.
    while (left === "error") left = await new KeptYosys(yosys, exchange, shared, names).serve();
    waiting = left;
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

class Log {
  #text = "";
  readonly #decoder = new TextDecoder();
  constructor(readonly most: number) {}

  readonly write = (bytes: Uint8Array | null): void => {
    if (bytes !== null && this.#text.length < this.most) {
      this.#text += this.#decoder.decode(bytes, { stream: true });
    }
  };

  text(): string {
    return this.#text.slice(0, this.most);
  }
}

/** A line of a script, and the file that what it prints belongs to. */
interface Line {
  bytes: Uint8Array;
  output?: string;
}

/** A request that is being answered. */
class Running {
  readonly log: Log;
  readonly lines: Line[];
  readonly files: Record<string, string> = {};
  output: string | undefined;
  readonly #pieces: Uint8Array[] = [];

  constructor({ script, outputs, logBytes }: YosysRequest) {
    this.log = new Log(logBytes);
    this.lines = linesOf(script, outputs);
  }

  readonly write = (bytes: Uint8Array | null): void => {
    if (bytes === null) return;
    // The stream's bytes lie in memory that is used again.
    if (this.output === undefined) this.log.write(bytes);
    else this.#pieces.push(bytes.slice());
  };

  /** What was printed since the last line belongs to the file that this line wrote, but for what came before and an error. */
  closeOutput(failed = false): void {
    if (this.output === undefined) return;
    const text = new TextDecoder().decode(joined(this.#pieces.splice(0)));
    const start = /^\{$/m.exec(text)?.index ?? text.length;
    const error = failed ? text.indexOf("ERROR:", start) : -1;
    const said = text.slice(0, start) + (error === -1 ? "" : text.slice(error));
    this.log.write(new TextEncoder().encode(said));
    if (!failed) this.files[this.output] = text.slice(start);
    this.output = undefined;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function linesOf(script: string, outputs: readonly string[]): Line[] {
  const encoder = new TextEncoder();
  return script.split(/(\bwrite_json \S+?(?=;|\s|$))/).flatMap((part): Line[] => {
    const output = /^write_json (.*)$/.exec(part)?.[1];
    if (output !== undefined && outputs.includes(output)) {
      return [{ bytes: encoder.encode("write_json\n"), output }];
    }
    return part.split("\n").map((line) => line.replace(/^[\s;]+/, ""))
      .filter((line) => line !== "").map((line) => ({ bytes: encoder.encode(line + "\n") }));
  });
}

/** A line that does nothing: only then is Yosys where it will be after every request. */
const FIRST_LINE = new TextEncoder().encode("#\n");

/** What must be put back: all but the unused end of the stack, which lies first and grows downwards. */
interface Beginning {
  from: number;
  bytes: Uint8Array;
}

/** Memory of an instance that has read its first line: all have the same, but for the time at which they began. */
interface Shared {
  beginning: Beginning | undefined;
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
  #started = false;
  #fresh = true;
  readonly #shared: Shared;
  #memory: WebAssembly.Memory | undefined;
  /** Bytes of a line that Yosys has not fetched yet. */
  #rest: Uint8Array<ArrayBufferLike> = new Uint8Array();

  constructor(
    yosys: YosysModuleApi,
    exchange: Exchange,
    shared: Shared,
    names: ReadonlySet<string>,
    first?: YosysRequest,
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

  /** Serves until a request ends in an error, or cannot be taken and is given back, or there are no more. */
  async serve(): Promise<YosysRequest | "error" | undefined> {
    const write = (bytes: Uint8Array | null) => this.#running?.write(bytes);
    const streams = { stdin: this.#read, stdout: write, stderr: write, decodeASCII: false };
    const memory = watchMemory((memory) => this.#memory = memory);
    try {
      await this.#yosys.runYosys(["-Q", "-T", "-s", "-"], this.#files, streams);
    } catch (error) {
      const running = this.#running;
      if (running === undefined) throw error;
      this.#running = undefined;
      running.closeOutput(true);
      const { log, files } = running;
      if (error instanceof this.#yosys.Exit) {
        this.#exchange.send({ code: error.code, log: log.text(), files });
      } else {
        this.#exchange.send({ code: 1, log: log.text(), files: {}, failure: messageOf(error) });
      }
      return "error";
    } finally {
      memory.stop();
    }
    return this.#waiting;
  }

  /** What Yosys reads next: at most `most` bytes of one line, so that it asks again when the line is done. */
  readonly #read = (most: number): Uint8Array | null => {
    if (this.#rest.length === 0) {
      const line = this.#nextLine();
      if (line === undefined) return null;
      this.#rest = line;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(most);
    return piece;
  };

  #nextLine(): Uint8Array | undefined {
    if (!this.#started) {
      this.#started = true;
      return FIRST_LINE;
    }
    this.#shared.beginning ??= beginningOf(this.#memory!);
    const running = this.#running;
    if (running !== undefined) {
      running.closeOutput();
      const line = running.lines.shift();
      if (line !== undefined) {
        running.output = line.output;
        return line.bytes;
      }
      this.#running = undefined;
      this.#exchange.send({ code: 0, log: running.log.text(), files: running.files });
    }
    const request = this.#waiting ?? this.#exchange.next();
    this.#waiting = request;
    if (request === undefined || !isKeepable(request) || !this.#fits(request)) return undefined;
    this.#waiting = undefined;
    this.#begin(request);
    this.#fresh = false;
    return this.#nextLine();
  }

  #fits({ files }: YosysRequest): boolean {
    return this.#memory!.buffer.byteLength < MOST_MEMORY &&
      Object.keys(files).every((name) => name in this.#files);
  }

  #begin(request: YosysRequest): void {
    // An instance that has served nobody is at its beginning.
    if (!this.#fresh) {
      const { from, bytes } = this.#shared.beginning!;
      new Uint8Array(this.#memory!.buffer).set(bytes, from);
    }
    for (const [name, file] of Object.entries(this.#files)) {
      const bytes = new TextEncoder().encode(request.files[name] ?? "");
      (file.buffer as ArrayBuffer).resize(bytes.length);
      file.set(bytes);
    }
    this.#running = new Running(request);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Sees the memory of the instance that is started next: the package shows neither. */
function watchMemory(found: (memory: WebAssembly.Memory) => void): { stop(): void } {
  const before = WebAssembly.instantiate;
  const watched = async (module: WebAssembly.Module, imports?: WebAssembly.Imports) => {
    const instance = await before(module, imports);
    for (const value of Object.values(instance.exports)) {
      if (value instanceof WebAssembly.Memory) found(value);
    }
    return instance;
  };
  WebAssembly.instantiate = watched as typeof WebAssembly.instantiate;
  return { stop: () => WebAssembly.instantiate = before };
}
