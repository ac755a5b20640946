/**
 * Reading text files as other programs write them, and writing files so that nobody ever sees half of one.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sweepOnce, temporaryName } from "./temporary.ts";

/**
 * The text of a UTF-8 file without the byte order mark that some editors put in front: it is no part of
 * the text, and `JSON.parse` refuses it. Bytes that are no UTF-8 become U+FFFD.
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

/** {@linkcode readText} at once. */
export function readTextSync(file: string | URL): string {
  return new TextDecoder().decode(Deno.readFileSync(file));
}

/** A text that may come from anywhere, without the byte order mark in front of it. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** How {@linkcode writeWhole} writes. */
export interface WriteOptions {
  /** Flush to the disk before renaming, so that the file also survives a power cut. Default false. */
  durable?: boolean;
}

/**
 * Writes a file as a whole or not at all: under a temporary name in the same folder, then renamed. What a
 * killed process left there under such names is removed.
 * The folder is made where it is missing.
 *
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
  const path = file instanceof URL ? fileURLToPath(file) : file;
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
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
