/**
 * Keeps a compiled library, and gives it out only where nobody else can have changed it: what is loaded runs
 * with all rights of this process.
 *
 * @module
 */
import { join } from "node:path";
import { granted } from "../contract/permissions.ts";
import { NativeUnavailable } from "./compiler.ts";

/** Bits of a mode that let others write: group and everybody. */
const OTHERS_WRITE = 0o022;
/** No compiler takes this long, in ms: a folder of a build that is as old has no owner any more. */
const FORGOTTEN_MS = 3_600_000;

/**
 * The path of a library in `folder`, made first where none is kept there. Its SHA-256 is part of its name,
 * `NAME.SHA256.EXTENSION`, so that library and hash come and go by one renaming. One that does not have its hash
 * (half a file, a changed one), belongs to somebody else or can be written by others is removed and made again.
 *
 * @param build Fills a folder and returns the file there that is to be kept.
 * @throws {NativeUnavailable} when the folder belongs to another user, can be written by others or by nobody, or
 * nothing was built.
 */
export async function keptLibrary(
  folder: string,
  name: string,
  extension: string,
  build: (folder: string) => Promise<string>,
): Promise<string> {
  const user = userId();
  let made: string;
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    mustBeOurs(folder, await Deno.lstat(folder), user);
    for await (const entry of Deno.readDir(folder)) {
      const [, hash] = entry.name.startsWith(`${name}.`) ? HASHED.exec(entry.name) ?? [] : [];
      if (hash === undefined) continue;
      const path = join(folder, entry.name);
      if (await isSound(path, hash, user)) return path;
      await Deno.remove(path, { recursive: true });
    }
    await sweepBuilds(folder);
    made = await Deno.makeTempDir({ dir: folder, prefix: "build-" });
  } catch (error) {
    if (error instanceof NativeUnavailable) throw error;
    throw new NativeUnavailable(`cannot write to ${folder} (${(error as Error).message})`);
  }
  try {
    const file = await build(made);
    const bytes = await Deno.readFile(file).catch(() => new Uint8Array());
    if (bytes.length === 0) {
      throw new NativeUnavailable("the compiler ended well but wrote nothing");
    }
    // A compiler leaves what the user's mask allows.
    await Deno.chmod(file, 0o700);
    const path = join(folder, `${name}.${await sha256(bytes)}.${extension}`);
    await Deno.rename(file, path);
    return path;
  } finally {
    await Deno.remove(made, { recursive: true });
  }
}

/** The hash in a library's name. */
const HASHED = /\.([0-9a-f]{64})\.[a-z]+$/;

function userId(): number {
  if (!granted({ name: "sys", kind: "uid" })) {
    throw new NativeUnavailable("no permission to see whose the kept library is (--allow-sys=uid)");
  }
  return Deno.uid()!;
}

function mustBeOurs(folder: string, { uid, mode, isDirectory }: Deno.FileInfo, user: number): void {
  const fault = !isDirectory
    ? "is no folder"
    : uid !== user
    ? `belongs to user ${uid}, this is user ${user}`
    : (mode! & OTHERS_WRITE) !== 0
    ? `can be written by others (mode ${(mode! & 0o777).toString(8)})`
    : undefined;
  if (fault === undefined) return;
  throw new NativeUnavailable(
    `${folder} ${fault}; make it yours alone, or set OFFPRINT_CACHE to another folder`,
  );
}

/** Whether a kept library is what was built, and nobody else may write it. */
async function isSound(path: string, hash: string, user: number): Promise<boolean> {
  const { uid, mode, isFile } = await Deno.lstat(path);
  return isFile && uid === user && (mode! & OTHERS_WRITE) === 0 &&
    await sha256(await Deno.readFile(path)) === hash;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Removes what killed processes left. */
async function sweepBuilds(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || !name.startsWith("build-")) continue;
    const path = join(folder, name);
    try {
      const { mtime } = await Deno.lstat(path);
      if (mtime === null || Date.now() - mtime.getTime() < FORGOTTEN_MS) continue;
      await Deno.remove(path, { recursive: true });
    } catch {
      // Another process sweeps too.
    }
  }
}
