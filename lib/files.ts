/**
 * Reading text files as other programs write them, and writing files so that nobody ever sees half of one.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Described, UserError } from "./errors.ts";
import { sweepOnce, temporaryName } from "./temporary.ts";

/**
 * The text of a UTF-8 file without the byte order mark that some editors put in front: it is not part of
 * the text, and `JSON.parse` refuses it. Bytes that are not UTF-8 become U+FFFD.
 *
 * @throws {Deno.errors.NotFound} and the other errors of `Deno.readFile`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readText } from "offprint/files.ts";
 *
 * const file = await Deno.makeTempFile();
 * await Deno.writeTextFile(file, '\ufeff{"a":1}');
 * assertEquals(JSON.parse(await readText(file)), { a: 1 });
 * await Deno.remove(file);
 * ```
 */
export async function readText(file: string | URL): Promise<string> {
  return new TextDecoder().decode(await Deno.readFile(file));
}

/**
 * What reading gave, or nothing where there is no such file.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ifThere, readText } from "offprint/files.ts";
 *
 * assertEquals(await ifThere(readText("no/such/file")), undefined);
 * ```
 */
export async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** {@linkcode readText} at once. */
export function readTextSync(file: string | URL): string {
  return new TextDecoder().decode(Deno.readFileSync(file));
}

/** A text that may come from anywhere, without the byte order mark in front of it. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** Whether a file or folder is there, as far as this process may look. */
export async function exists(file: string | URL): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}

/** How {@linkcode writeWhole} writes. */
export interface WriteOptions {
  /** Flush to the disk before renaming, so that the file also survives a power cut. Default false. */
  durable?: boolean;
}

/**
 * Writes a file as a whole or not at all: under a temporary name in the same folder, then renamed. What a
 * killed process left there under such names is removed. The folder is made where it is missing. A link stays
 * a link, to the new content, and a file keeps its mode.
 *
 * @throws {UserError} where anything but a regular file stands.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { writeWhole } from "offprint/files.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await writeWhole(`${folder}/deep/note.txt`, "whole");
 * assertEquals(await Deno.readTextFile(`${folder}/deep/note.txt`), "whole");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeWhole(
  file: string | URL,
  content: string | Uint8Array,
  { durable = false }: WriteOptions = {},
): Promise<void> {
  const { path, mode } = await placeOf(file instanceof URL ? fileURLToPath(file) : file);
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const temporary = join(dirname(path), temporaryName(basename(path)));
  await Deno.mkdir(dirname(path), { recursive: true });
  await sweepOnce(dirname(path));
  try {
    {
      // Closed before the renaming, which Windows refuses for an open file.
      using handle = await Deno.open(temporary, { write: true, createNew: true });
      for (let at = 0; at < bytes.length;) at += await handle.write(bytes.subarray(at));
      if (durable) await handle.sync();
    }
    if (mode !== undefined) await Deno.chmod(temporary, mode);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** Where a file is written: behind its links. */
export interface Place {
  path: string;
  /** Mode of the file that is there. */
  mode?: number;
}

/**
 * Where writing to `path` ends.
 *
 * @throws {UserError} for a folder, a device, a pipe, and a link that leads nowhere.
 *
 * @example
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { UserError } from "offprint/errors.ts";
 * import { placeOf } from "offprint/files.ts";
 *
 * assertEquals(await placeOf("no/such/file"), { path: "no/such/file" });
 * await assertRejects(() => placeOf("/dev/null"), UserError, "a device");
 * ```
 */
export async function placeOf(path: string): Promise<Place> {
  try {
    if (!(await Deno.lstat(path)).isSymlink) {
      return { path, ...modeOf(path, await Deno.stat(path)) };
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { path };
    throw error;
  }
  try {
    const real = await Deno.realPath(path);
    return { path: real, ...modeOf(path, await Deno.stat(real)) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw notAFile(path, "a link that leads nowhere");
  }
}

function modeOf(path: string, info: Deno.FileInfo): { mode?: number } {
  if (info.isDirectory) throw notAFile(path, "a folder");
  if (!info.isFile) throw notAFile(path, "a device, a pipe or a socket");
  return info.mode === null || Deno.build.os === "windows" ? {} : { mode: info.mode & 0o7777 };
}

function notAFile(path: string, got: string): UserError {
  return new UserError({
    what: path,
    got: new Described(got),
    expected: "a regular file, or nothing yet",
    todo: "Choose another name.",
  });
}
