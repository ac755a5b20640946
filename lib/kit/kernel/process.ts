/**
 * The operating system process of a kernel.
 *
 * @module
 */

import { within } from "./limit.ts";

/** How a process ended. */
export interface ProcessEnd {
  code: number;
  /** The signal that ended it, where the system has signals. */
  signal: string | null;
}

/** After its end, what it wrote is read for at most so long, in ms. */
const READ_MS = 2000;
/** So much of what a kernel writes to its own terminal is kept, in characters. */
const KEPT_CHARACTERS = 8192;

/**
 * A running kernel. It leads a process group of its own, so that killing it takes along what its
 * cells started, and so that Ctrl-C in a terminal reaches us alone: we decide how it ends.
 */
export class KernelProcess {
  readonly #child: Deno.ChildProcess;
  #text = "";
  /** Resolves when the process has ended and what it wrote has been read. */
  readonly ended: Promise<ProcessEnd>;
  #end: ProcessEnd | undefined;

  constructor(connectionFile: string, cwd: string, env: Record<string, string>) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["jupyter", "--kernel", "--conn", connectionFile],
      cwd,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    const stop = new AbortController();
    const reading = [this.#child.stdout, this.#child.stderr].map((stream) =>
      this.#keep(stream, stop.signal)
    );
    this.ended = this.#child.status.then(async (status) => {
      this.#end = { code: status.code, signal: status.signal };
      // What cells started may hold the pipes open: end it, and do not wait for what escaped.
      this.#killGroup();
      await within(READ_MS, Promise.all(reading));
      stop.abort();
      return this.#end;
    });
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** How it ended, or undefined while it runs. */
  get end(): ProcessEnd | undefined {
    return this.#end;
  }

  /** The last of what the kernel itself wrote to stdout and stderr (not what cells print). */
  get terminalText(): string {
    return this.#text;
  }

  /** Ends the kernel and everything its cells started, at once. Safe to call twice. */
  kill(): void {
    if (this.#end !== undefined) return;
    if (Deno.build.os === "windows") {
      killWindowsTree(this.#child.pid);
      return;
    }
    if (!this.#killGroup()) {
      try {
        this.#child.kill("SIGKILL");
      } catch {
        // It ended by itself in this moment.
      }
    }
  }

  #killGroup(): boolean {
    if (Deno.build.os === "windows") return false;
    try {
      Deno.kill(-this.#child.pid, "SIGKILL");
      return true;
    } catch {
      return false;
    }
  }

  async #keep(stream: ReadableStream<Uint8Array<ArrayBuffer>>, signal: AbortSignal): Promise<void> {
    const write = (text: string) => void (this.#text = (this.#text + text).slice(-KEPT_CHARACTERS));
    const decoded = stream.pipeThrough(new TextDecoderStream(), { signal });
    await decoded.pipeTo(new WritableStream({ write }), { signal }).catch(() => {});
  }
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
