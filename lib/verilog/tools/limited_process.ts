/**
 * Runs a program that may misbehave: at most so long, so much memory and so much output, and when it is
 * stopped its children are stopped too.
 *
 * @module
 */

/** What a program may use. */
export interface Limits {
  /** Wall-clock time, in milliseconds. */
  timeMs: number;
  /** Bytes kept of standard output and standard error together; a program that writes more is stopped. */
  outputBytes: number;
  /** Bytes of data memory, enforced where `prlimit` exists (Linux). */
  memoryBytes: number;
  /** Largest file it may write, in bytes, enforced where `prlimit` exists. */
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

/** Limits for one small tool run: 10 s, 1 MB of output, 1.5 GB. */
export const toolLimits: Limits = {
  timeMs: 10_000,
  outputBytes: 1_000_000,
  memoryBytes: 1_500_000_000,
  fileBytes: 16_000_000,
};

let prlimit: Promise<boolean> | undefined;

/** Whether memory limits can be enforced here. */
export function hasMemoryLimit(): Promise<boolean> {
  prlimit ??= new Deno.Command("prlimit", { args: ["--version"], stdout: "null", stderr: "null" })
    .output().then(({ success }) => success, () => false);
  return prlimit;
}

/** The command line that runs `command` under the memory and file limits, as far as they exist here. */
export async function limitedCommand(
  command: string,
  args: string[],
  { memoryBytes, fileBytes }: Pick<Limits, "memoryBytes" | "fileBytes">,
): Promise<[string, string[]]> {
  if (!await hasMemoryLimit()) return [command, args];
  const file = fileBytes === undefined ? [] : [`--fsize=${fileBytes}`];
  return ["prlimit", [`--data=${memoryBytes}`, ...file, "--", command, ...args]];
}

/** Ends a process and everything it started. Nothing happens when it has ended already. */
export function killGroup(child: Deno.ChildProcess): void {
  try {
    if (Deno.build.os !== "windows") Deno.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone, or was never made.
  }
  try {
    child.kill("SIGKILL");
  } catch {
    // Ended already.
  }
}

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
  const [program, all] = await limitedCommand(command, args, limits);
  const child = new Deno.Command(program, {
    args: all,
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    clearEnv: Deno.build.os !== "windows",
    env: { PATH: Deno.env.get("PATH") ?? "", LC_ALL: "C" },
    detached: Deno.build.os !== "windows",
  }).spawn();
  let ended: LimitedResult["ended"] = "exit";
  const stop = (reason: "time" | "output") => {
    if (ended === "exit") ended = reason;
    killGroup(child);
  };
  const timer = setTimeout(() => stop("time"), limits.timeMs);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const piece of stream) {
      const room = limits.outputBytes - bytes;
      if (room <= 0) continue;
      pieces.push(piece.subarray(0, room));
      bytes += piece.length;
      if (bytes > limits.outputBytes) stop("output");
    }
  };
  try {
    const [status] = await Promise.all([
      child.status,
      collect(child.stdout),
      collect(child.stderr),
    ]);
    const output = new TextDecoder().decode(joined(pieces));
    return { ended, code: status.code, output };
  } finally {
    clearTimeout(timer);
    killGroup(child);
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
