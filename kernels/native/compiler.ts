/**
 * The machine as the native kernels see it: its C compiler, its processor, and a folder to keep what
 * was compiled.
 *
 * @module
 */
import { join } from "node:path";
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
      const { code, stdout } = await runCompiler(command, ["--version"]);
      if (code === 0) return { command, version: stdout.trim() };
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

/** One file takes some seconds; a compiler that is at work for so long hangs. */
const LONGEST_MS = 180_000;

/**
 * Runs a compiler to its end, and gives what it printed.
 *
 * @param longestMs After this time it is ended, with all that it started.
 * @throws {NativeUnavailable} when it was ended.
 * @throws {Deno.errors.NotFound} when there is no such compiler.
 */
export async function runCompiler(
  command: string,
  args: readonly string[],
  longestMs = LONGEST_MS,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // It leads a group, so that what it starts ends with it.
    detached: true,
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    try {
      Deno.kill(-child.pid, "SIGKILL");
    } catch {
      // It ended in this moment.
    }
  }, longestMs);
  try {
    const { code, stdout, stderr } = await child.output();
    if (late) {
      throw new NativeUnavailable(`${command} had not ended after ${longestMs / 1000} s`);
    }
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } finally {
    clearTimeout(timer);
  }
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
