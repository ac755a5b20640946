/**
 * What `lib/sweeps/store.ts` was chosen over: a file for each point, written whole under another name and then renamed.
 *
 * @module
 */
import { join } from "node:path";
import type { Kept } from "offprint/sweeps/mod.ts";

/** Keeps results in a folder, one file each. As with the store, nobody waits for the disk. */
export async function keepInFiles(folder: string, all: readonly Kept[]): Promise<void> {
  for (const kept of all) {
    const file = join(folder, `${kept.key}.json`);
    await Deno.writeTextFile(`${file}.part`, JSON.stringify(kept));
    await Deno.rename(`${file}.part`, file);
  }
}

/** The results of some keys. */
export async function findInFiles(
  folder: string,
  keys: readonly string[],
): Promise<Kept["result"][]> {
  const texts = await Promise.all(
    keys.map((key) => Deno.readTextFile(join(folder, `${key}.json`))),
  );
  return texts.map((text) => JSON.parse(text).result);
}
