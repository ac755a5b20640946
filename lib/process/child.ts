/**
 * Starting a process that does not outlive ours.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { constants } from "node:os";
import { Readable } from "node:stream";

/** How a process is started. */
export interface ChildOptions {
  /** Its working directory. */
  cwd?: string;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Its environment holds `env` alone. */
  clearEnv?: boolean;
  /** What it reads: nothing (the default), or what is written to {@linkcode Child.stdin}. */
  stdin?: "null" | "piped";
  /** Default "piped"; "inherit" is where we print ourselves. */
  stdout?: "piped" | "inherit";
  /** Default "piped". */
  stderr?: "null" | "piped" | "inherit";
  /** Bytes of data memory of each of its processes, where the system heeds that (Linux). */
  memoryBytes?: number;
  /** Largest file it may write, in bytes. */
  fileBytes?: number;
  /** Processor time of each of its processes, in seconds. */
  processorSeconds?: number;
}

/** How a process ended. */
export interface ChildEnd {
  /** Exit status; 128 + signal number when a signal ended it. */
  code: number;
  /** The signal that ended it, where the system has signals. */
  signal: string | null;
}

/**
 * The shell becomes the program, after setting its limits. Beside it, in the same group, waits a second one
 * for the end of a pipe of which only we have the other end. The system closes that when we end, also by
 * SIGKILL; then the group is killed.
 */
const LIFELINE = `(read -r _ <&3; kill -9 0) >/dev/null 2>&1 </dev/null &
exec "$@" 3<&-`;

const WINDOWS = Deno.build.os === "windows";

/**
 * Starts a program in a group of its own. When this process ends, in whatever way, the group is killed.
 *
 * @throws {Deno.errors.NotFound} when there is no such program, or no such working directory.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startChild } from "offprint/process/mod.ts";
 *
 * const child = startChild(Deno.execPath(), ["eval", "console.log(6 * 7)"]);
 * assertEquals(await new Response(child.stdout).text(), "42\n");
 * assertEquals(await child.status, { code: 0, signal: null });
 * ```
 */
export function startChild(
  program: string,
  args: readonly string[],
  options: ChildOptions = {},
): Child {
  if (options.cwd !== undefined && !Deno.statSync(options.cwd).isDirectory) {
    throw new Deno.errors.NotFound(`${options.cwd} is no folder`);
  }
  const path = findProgram(program, options.cwd);
  const command: [string, string[]] = WINDOWS
    ? [path, [...args]]
    : ["/bin/sh", ["-c", `${limitsOf(options)}${LIFELINE}`, "sh", path, ...args]];
  const child = spawn(...command, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...(options.clearEnv ? {} : Deno.env.toObject()), ...options.env },
    stdio: [
      options.stdin === "piped" ? "pipe" : "ignore",
      options.stdout === "inherit" ? "inherit" : "pipe",
      { null: "ignore", piped: "pipe", inherit: "inherit" }[options.stderr ?? "piped"] as "pipe",
      ...(WINDOWS ? [] : ["pipe"] as const),
    ],
    detached: !WINDOWS,
    windowsHide: true,
  });
  return new Child(child);
}

/** Shell commands that set the limits, as far as the system has them. */
function limitsOf({ memoryBytes, fileBytes, processorSeconds }: ChildOptions): string {
  const limit = (letter: string, value: number | undefined, unit: number) =>
    value === undefined ? "" : `ulimit -${letter} ${Math.ceil(value / unit)} 2>/dev/null\n`;
  // POSIX counts files in 512 bytes; shells count memory in 1024.
  return limit("d", memoryBytes, 1024) + limit("f", fileBytes, 512) +
    limit("t", processorSeconds, 1);
}

/**
 * Where a program lies: a shell that finds none would only say so on stderr. Our own Deno may have been replaced by a
 * newer one since we began: on Linux the file that we run is still there, without its name.
 */
function findProgram(program: string, cwd = "."): string {
  const isFile = (path: string) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  };
  if (WINDOWS) return program;
  if (program.includes("/")) {
    if (isFile(program.startsWith("/") ? program : join(cwd, program))) return program;
  } else {
    for (const folder of (Deno.env.get("PATH") ?? "").split(delimiter)) {
      if (folder !== "" && isFile(join(folder, program))) return join(folder, program);
    }
  }
  const ours = `/proc/${Deno.pid}/exe`;
  if (program === Deno.execPath() && isFile(ours)) return ours;
  throw new Deno.errors.NotFound(`no program ${program}`);
}

/** A running process and its pipes. */
export class Child {
  readonly #child: ChildProcess;
  /** How it ended; its own output may still be in the pipes. */
  readonly status: Promise<ChildEnd>;
  /** What it prints; empty where we do not read it. */
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What it prints as errors; empty where we do not read it. */
  readonly stderr: ReadableStream<Uint8Array<ArrayBuffer>>;
  #end: ChildEnd | undefined;

  /** Takes over a process that has just been started. */
  constructor(child: ChildProcess) {
    this.#child = child;
    this.stdout = bytesOf(child.stdout);
    this.stderr = bytesOf(child.stderr);
    // Written to after its end: the end itself says more.
    child.stdin?.on("error", () => {});
    this.status = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.once("exit", (code, signal) => {
        const number = signal === null ? 0 : constants.signals[signal as "SIGKILL"] ?? 0;
        this.#end = { code: code ?? 128 + number, signal };
        // What it started, and who waits for our end, go with it.
        this.#killGroup();
        (child.stdio[3] as Readable | null | undefined)?.destroy();
        resolve(this.#end);
      });
    });
    this.status.catch(() => {});
  }

  /** Process id, which is also its group's. */
  get pid(): number {
    return this.#child.pid!;
  }

  /** How it ended, or undefined while it runs. */
  get end(): ChildEnd | undefined {
    return this.#end;
  }

  /** Writes to what it reads; resolves when the system has taken all of it. */
  write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.stdin!.write(Buffer.from(text), (error) => error ? reject(error) : resolve());
    });
  }

  /** Ends it and everything it started, at once. Safe to call twice. */
  kill(): void {
    if (this.#end !== undefined) return;
    if (WINDOWS) killWindowsTree(this.pid);
    else if (!this.#killGroup()) this.#child.kill("SIGKILL");
  }

  /** Asks it to end, as Ctrl-C in a terminal would; what it started is for it to end. */
  interrupt(): void {
    if (this.#end === undefined) this.#child.kill("SIGINT");
  }

  /** Keeps our process alive while it runs; the default. */
  ref(): void {
    this.#child.ref();
  }

  /** Lets our process end while it runs. */
  unref(): void {
    this.#child.unref();
    for (const pipe of this.#child.stdio) {
      if (pipe !== null && pipe !== undefined && "unref" in pipe) (pipe.unref as () => void)();
    }
  }

  #killGroup(): boolean {
    if (WINDOWS) return false;
    try {
      Deno.kill(-this.pid, "SIGKILL");
      return true;
    } catch {
      return false; // it is gone
    }
  }
}

function bytesOf(stream: Readable | null): ReadableStream<Uint8Array<ArrayBuffer>> {
  return Readable.toWeb(stream ?? Readable.from([])) as unknown as ReadableStream<
    Uint8Array<ArrayBuffer>
  >;
}

/** Windows has no process groups to signal; its own tool ends a process with its children. */
function killWindowsTree(pid: number): void {
  try {
    new Deno.Command("taskkill", {
      args: ["/PID", String(pid), "/T", "/F"],
      stdout: "null",
      stderr: "null",
    }).outputSync();
  } catch {
    Deno.kill(pid, "SIGKILL");
  }
}
