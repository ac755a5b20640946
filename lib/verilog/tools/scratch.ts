/**
 * A temporary folder for one tool run.
 *
 * @module
 */
import { basename, join } from "node:path";
import { temporaryFolder } from "offprint/temporary.ts";

/**
 * Writes `files` into a new temporary folder, calls `use` with its path and removes it afterwards,
 * whatever happened.
 *
 * @throws {TypeError} when a file's name holds a path.
 */
export async function withFiles<T>(
  files: Record<string, string>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await temporaryFolder("verilog");
  try {
    for (const [name, text] of Object.entries(files)) {
      if (basename(name) !== name) {
        throw new TypeError(`withFiles: got ${name}, expected a file name without folders`);
      }
      await Deno.writeTextFile(join(folder, name), text);
    }
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}
