/**
 * Writing files so that nobody ever sees half of one.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** How {@linkcode writeWhole} writes. */
export interface WriteOptions {
  /** Flush to the disk before renaming, so that the file also survives a power cut. Default false. */
  durable?: boolean;
}

/**
 * Writes a file as a whole or not at all: under a temporary name in the same folder, then renamed.
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
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
  await Deno.mkdir(dirname(path), { recursive: true });
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
