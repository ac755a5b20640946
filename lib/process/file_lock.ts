/**
 * One at a time at a file, over all processes of the machine: for reading it, changing what was read, and writing it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { systemError } from "../system_errors.ts";

/**
 * Does `work` while nobody else does work under the lock of the same file, and gives its result. Others wait. A process that
 * is killed frees its lock. The lock is an empty file in the system's folder for temporary files, named by the path, and
 * stays there.
 *
 * @param file Need not be there.
 * @throws {UserError} where no lock can be made.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withFileLock } from "offprint/process/mod.ts";
 *
 * const file = await Deno.makeTempFile();
 * const addOne = async () => {
 *   const count = Number(await Deno.readTextFile(file));
 *   await Deno.writeTextFile(file, `${count + 1}`);
 * };
 * await Promise.all([1, 2, 3].map(() => withFileLock(file, addOne)));
 * assertEquals(await Deno.readTextFile(file), "3");
 * await Deno.remove(file);
 * ```
 */
export async function withFileLock<T>(file: string | URL, work: () => Promise<T>): Promise<T> {
  const path = resolve(file instanceof URL ? fileURLToPath(file) : file);
  const name = createHash("sha256").update(path).digest("hex").slice(0, 32);
  using lock = await Deno.open(join(tmpdir(), `offprint-${name}.lock`), {
    write: true,
    create: true,
  }).catch((error) => {
    throw systemError(error) ?? error;
  });
  // Closing frees it.
  await lock.lock(true);
  return await work();
}
