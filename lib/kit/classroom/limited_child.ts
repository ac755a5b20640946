/**
 * The process of one submission: without permissions but to read the project's library and to use a folder of its own, and with
 * limits on time, memory, output and disk.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Child,
  LATE,
  packageFolders,
  startChild,
  within,
  withinOwnTime,
} from "offprint/process/mod.ts";
import { ROOT } from "../project.ts";

/** What one submission may use. */
export interface GradingLimits {
  /** Time of one test in milliseconds, without waiting for a processor. */
  timeMs: number;
  /** Bytes of data memory, where the system heeds that (Linux). */
  memoryBytes: number;
  /** Bytes of everything printed. */
  outputBytes: number;
  /** Bytes in its folder, which is looked at ten times a second. */
  diskBytes: number;
}

/** Limits that leave room for any exercise of the papers. */
export const GRADING_LIMITS: GradingLimits = {
  timeMs: 10_000,
  memoryBytes: 1_500_000_000,
  outputBytes: 4_000_000,
  diskBytes: 64_000_000,
};

/** Why there is no answer. */
export type NoAnswer = "time" | "memory" | "output" | "disk" | "ended";

/** What came back for one request. */
export type Reply =
  | { value: unknown }
  /** The function threw. */
  | { threw: string }
  /** The module could not be loaded. */
  | { cell: string }
  | { none: NoAnswer };

/** What it says first. */
const STARTED = -1;
/** Longest start, in milliseconds. */
const START_MS = 120_000;
/** Files in its folder. */
const MOST_FILES = 2000;
/** How often its folder is looked at, in milliseconds. */
const DISK_LOOK_MS = 100;
/** V8's heap; beyond it the process ends by itself. */
const HEAP_MB = 512;

const PROGRAM = fileURLToPath(new URL("./child_program.ts", import.meta.url));
/** What students' code may read: what the papers' modules read. Notebooks and tests hold answers. */
const READABLE = ["lib", "kernels", "data", "import_map.json"].map((name) => join(ROOT, name));

/** What `offprint/syntax` reads besides: exercises may parse programs. */
const PARSER = "web-tree-sitter";
let parserFolders: Promise<string[]> | undefined;

/** A running process that answers questions about one submission. */
export class LimitedChild {
  readonly #child: Child;
  readonly #mark: string;
  readonly #limits: GradingLimits;
  readonly #modules: string;
  /** The child's own: it may write there. */
  readonly #folder: string;
  readonly #reading: Promise<unknown>;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #started: Promise<unknown>;
  #ended: NoAnswer | undefined;
  #printed = 0;
  #errors = "";
  #next = 0;

  /**
   * Starts one.
   *
   * @param modules a folder of ours with the modules that it is asked for; it may read there.
   * @param seed of `Math.random` in it.
   * @param trusted whether it runs the teacher's code alone, which may do what the teacher may.
   */
  static async start(
    modules: string,
    seed: number,
    limits: GradingLimits,
    trusted = false,
  ): Promise<LimitedChild> {
    parserFolders ??= packageFolders(PARSER, import.meta.resolve(PARSER));
    const readable = [...READABLE, ...await parserFolders, modules];
    return new LimitedChild(modules, limits, commandLine(seed, trusted ? undefined : readable));
  }

  private constructor(
    modules: string,
    limits: GradingLimits,
    line: (mark: string, own: string) => string[],
  ) {
    this.#limits = limits;
    this.#modules = modules;
    this.#folder = Deno.makeTempDirSync({ dir: modules, prefix: "own-" });
    this.#mark = crypto.randomUUID();
    this.#child = startChild(Deno.execPath(), line(this.#mark, this.#folder), {
      cwd: this.#folder,
      stdin: "piped",
      clearEnv: true,
      env: environment(),
      // No limit on files: it would count for Deno's own caches too, and end it by a signal.
      memoryBytes: limits.memoryBytes,
    });
    this.#started = new Promise((resolve) => this.#waiting.set(STARTED, resolve));
    this.#reading = Promise.all([
      this.#readAnswers().catch(() => {}),
      this.#readErrors().catch(() => {}),
    ]);
  }

  /** Whether it can be asked again. */
  get alive(): boolean {
    return this.#ended === undefined && this.#child.end === undefined;
  }

  /** Calls function `test` of a module. */
  async ask(module: string, test: number, value?: unknown): Promise<Reply> {
    // Its start is no test's time.
    await within(START_MS, Promise.race([this.#started, this.#child.status]));
    if (!this.alive) return { none: this.#ended ?? "ended" };
    const id = this.#next++;
    const replied = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    const over = this.#child.status.then(async (): Promise<Reply> => {
      await this.#reading;
      return { none: this.#ended ?? this.#wayItEnded() };
    });
    const look = setInterval(() => {
      if (!fits(this.#folder, this.#limits.diskBytes)) this.#stop("disk");
    }, DISK_LOOK_MS);
    try {
      const request = { id, module: `file://${join(this.#modules, module)}`, test, value };
      this.#child.write(`${JSON.stringify(request)}\n`).catch(() => {});
      // What was answered before it ended counts.
      const first = Promise.race([
        replied,
        over.then((end) => within(0, replied).then((reply) => reply === LATE ? end : reply)),
      ]);
      const reply = await withinOwnTime(this.#limits.timeMs, this.#child.pid, first);
      if (reply !== LATE) return reply;
      this.#stop("time");
      return { none: "time" };
    } finally {
      clearInterval(look);
      this.#waiting.delete(id);
    }
  }

  /** Ends it, waits until it is gone and removes its folder. */
  async close(): Promise<void> {
    this.#child.kill();
    await this.#child.status;
    await this.#reading;
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }

  #stop(reason: NoAnswer): void {
    this.#ended ??= reason;
    this.#child.kill();
  }

  #count(bytes: number): boolean {
    this.#printed += bytes;
    if (this.#printed <= this.#limits.outputBytes) return true;
    this.#stop("output");
    return false;
  }

  async #readAnswers(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const piece of this.#child.stdout) {
      if (!this.#count(piece.length)) continue;
      const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (line.startsWith(this.#mark)) this.#take(line);
    }
  }

  #take(line: string): void {
    try {
      const { id, ...reply } = JSON.parse(line.slice(this.#mark.length));
      this.#waiting.get(id)?.(reply);
    } catch {
      // Written by the student's code: no answer.
    }
  }

  async #readErrors(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of this.#child.stderr) {
      if (this.#count(piece.length) && this.#errors.length < 100_000) {
        this.#errors += decoder.decode(piece, { stream: true });
      }
    }
  }

  #wayItEnded(): NoAnswer {
    return /out of memory|OOM|memory allocation of/i.test(this.#errors) ? "memory" : "ended";
  }
}

/** Deno's arguments for it; without `readable` it may do everything. */
function commandLine(seed: number, readable?: readonly string[]) {
  return (mark: string, own: string): string[] => [
    "run",
    "--quiet",
    "--no-prompt",
    "--no-check",
    "--no-remote",
    "--cached-only",
    `--config=${join(ROOT, "deno.json")}`,
    `--lock=${join(ROOT, "deno.lock")}`,
    "--frozen",
    ...(readable === undefined
      ? ["--allow-all"]
      : [`--allow-read=${readable.join(",")}`, `--allow-write=${own}`, "--allow-env"]),
    `--v8-flags=--random-seed=${seed},--max-old-space-size=${HEAP_MB}`,
    PROGRAM,
    mark,
  ];
}

/** What Deno needs to find its caches, and nothing of ours. */
function environment(): Record<string, string> {
  const env: Record<string, string> = { NO_COLOR: "1", OFFPRINT_QUIET: "1" };
  for (const name of ["HOME", "USERPROFILE", "DENO_DIR", "XDG_CACHE_HOME", "PATH"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** Whether a folder holds no more than it may. */
function fits(folder: string, most: number): boolean {
  let bytes = 0;
  let files = 0;
  const look = (path: string): boolean => {
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      const inside = join(path, name);
      bytes += isDirectory ? 0 : Deno.lstatSync(inside).size;
      if (++files > MOST_FILES || bytes > most) return false;
      if (isDirectory && !look(inside)) return false;
    }
    return true;
  };
  try {
    return look(folder);
  } catch {
    return true; // something vanished in this moment; the next look counts
  }
}
