/**
 * Runs a program that may misbehave: at most this long, with at most this much memory and output, and when it is
 * stopped its children are stopped too.
 *
 * @module
 */
import { startChild } from "./child.ts";
import { withinOwnTime } from "./own_time.ts";
import { LATE } from "./within.ts";

/** What a program may use. */
export interface Limits {
  /** Time, in milliseconds, without waiting for a processor. */
  timeMs: number;
  /** Bytes kept of standard output and standard error together; a program that writes more is stopped. */
  outputBytes: number;
  /** Bytes of data memory, where the system heeds that (Linux). */
  memoryBytes: number;
  /** Largest file it may write, in bytes. */
  fileBytes?: number;
}

/** How a program ended. */
export interface LimitedResult {
  /** `exit`: by itself; otherwise the limit that stopped it. */
  ended: "exit" | "time" | "output";
  /** Exit status; 128 + signal number when a signal ended it. */
  code: number;
  /** Standard output and standard error in the order they came. */
  output: string;
}

/** Threads that a program is expected to keep busy at most; its processor time is limited accordingly. */
const THREADS = 8;

/**
 * Runs a program to its end or to a limit. Its environment holds `PATH` alone and its standard input is
 * empty.
 *
 * @throws {Deno.errors.NotFound} when there is no such program.
 */
export async function runLimited(
  command: string,
  args: string[],
  cwd: string,
  limits: Limits,
): Promise<LimitedResult> {
  const { timeMs, outputBytes, memoryBytes, fileBytes } = limits;
  const child = startChild(command, args, {
    cwd,
    clearEnv: Deno.build.os !== "windows",
    env: { PATH: Deno.env.get("PATH") ?? "", LC_ALL: "C" },
    memoryBytes,
    ...(fileBytes === undefined ? {} : { fileBytes }),
    // Ends it also where nobody is left to look at the clock.
    processorSeconds: THREADS * Math.ceil(timeMs / 1000),
  });
  let ended: LimitedResult["ended"] = "exit";
  const stop = (reason: "time" | "output") => {
    if (ended === "exit") ended = reason;
    child.kill();
  };
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const piece of stream) {
      const room = outputBytes - bytes;
      if (room <= 0) continue;
      pieces.push(piece.subarray(0, room));
      bytes += piece.length;
      if (bytes > outputBytes) stop("output");
    }
  };
  try {
    const work = Promise.all([child.status, collect(child.stdout), collect(child.stderr)]);
    if (await withinOwnTime(timeMs, child.pid, work) === LATE) stop("time");
    const [status] = await work;
    const output = new TextDecoder().decode(joined(pieces));
    return { ended, code: status.code, output };
  } finally {
    child.kill();
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
