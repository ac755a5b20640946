/**
 * The machine as the native kernels see it: its C compiler, its processor, and a folder to keep what
 * was compiled.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { granted, variable } from "../contract/permissions.ts";

/** Why the native kernels cannot run here; its message is one clause for a report. */
export class NativeUnavailable extends Error {
  override readonly name = "NativeUnavailable";
}

/** A C compiler. */
export interface Compiler {
  readonly command: string;
  /** What `--version` prints. */
  readonly version: string;
}

/**
 * The compiler named by `OFFPRINT_CC`, else the first of `cc`, `gcc`, `clang` that answers. Set to
 * nothing (`OFFPRINT_CC=`), this is a machine without one.
 *
 * @throws {NativeUnavailable} when there is none, or this process may not run it.
 */
export async function findCompiler(): Promise<Compiler> {
  const named = variable("OFFPRINT_CC");
  if (granted({ name: "env", variable: "OFFPRINT_CC" }) && Deno.env.get("OFFPRINT_CC") === "") {
    throw new NativeUnavailable("no C compiler (OFFPRINT_CC is set to nothing)");
  }
  const commands = named === undefined ? ["cc", "gcc", "clang"] : [named];
  for (const command of commands) {
    if (!granted({ name: "run", command })) {
      throw new NativeUnavailable(`no permission to run ${command} (--allow-run)`);
    }
    try {
      const { success, stdout } = await new Deno.Command(command, {
        args: ["--version"],
        stdout: "piped",
        stderr: "null",
      }).output();
      if (success) return { command, version: new TextDecoder().decode(stdout).trim() };
    } catch (error) {
      if (
        !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)
      ) {
        throw error;
      }
    }
  }
  throw new NativeUnavailable(`no C compiler (tried ${commands.join(", ")})`);
}

/** What distinguishes this kind of processor from others: part of the name under which a build is kept. */
export async function processor(): Promise<string> {
  const { os, arch } = Deno.build;
  if (os !== "linux") return `${os} ${arch}`;
  try {
    const text = await Deno.readTextFile("/proc/cpuinfo");
    const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1] ?? "";
    return `${os} ${arch} ${flags.split(/\s+/).sort().join(" ")}`;
  } catch {
    return `${os} ${arch}`;
  }
}

/**
 * The folder for compiled kernels: `kernels` in `OFFPRINT_CACHE`, else in `offprint` of the user's
 * cache folder (`XDG_CACHE_HOME`, `~/Library/Caches`, `~/.cache`).
 *
 * @throws {NativeUnavailable} when none is known.
 */
export function cacheFolder(): string {
  const own = variable("OFFPRINT_CACHE");
  if (own) return join(own, "kernels");
  const xdg = variable("XDG_CACHE_HOME");
  if (xdg) return join(xdg, "offprint", "kernels");
  const home = variable("HOME");
  if (!home) throw new NativeUnavailable("no cache folder (set OFFPRINT_CACHE)");
  const caches = Deno.build.os === "darwin" ? join("Library", "Caches") : ".cache";
  return join(home, caches, "offprint", "kernels");
}

/**
 * Writes `path` as a whole or not at all: `write` fills a folder beside it and returns the file there
 * that is then renamed. Folders that a killed process left are removed.
 *
 * @throws {NativeUnavailable} when the folder cannot be written.
 */
export async function writeAtomically(
  path: string,
  write: (folder: string) => Promise<string>,
): Promise<void> {
  const parent = dirname(path);
  let folder: string;
  try {
    await Deno.mkdir(parent, { recursive: true, mode: 0o700 });
    await sweepBuilds(parent);
    folder = await Deno.makeTempDir({ dir: parent, prefix: "build-" });
  } catch (error) {
    throw new NativeUnavailable(`cannot write to ${parent} (${(error as Error).message})`);
  }
  try {
    await Deno.rename(await write(folder), path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** No compiler takes this long, in ms: a folder that old has no owner any more. */
const FORGOTTEN_MS = 3_600_000;

async function sweepBuilds(parent: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(parent)) {
    if (!isDirectory || !name.startsWith("build-")) continue;
    const path = join(parent, name);
    try {
      const { mtime } = await Deno.lstat(path);
      if (mtime === null || Date.now() - mtime.getTime() < FORGOTTEN_MS) continue;
      await Deno.remove(path, { recursive: true });
    } catch {
      // Another process sweeps too.
    }
  }
}
