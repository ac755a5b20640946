/**
 * Work that several processes share: each piece is kept in a file of its own, and made once.
 *
 * @module
 */
import { exists, writeWhole } from "offprint/files.ts";

/**
 * Does a piece of work and writes its result as JSON to `file` in `folder`, unless it is there already or another
 * process has begun it. A mark beside the file, with `.started` behind its name, says that it was begun.
 */
export async function keepOnce(
  folder: URL,
  file: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const target = new URL(file, folder);
  const claim = new URL(`${file}.started`, folder);
  if (await exists(target)) return;
  try {
    await Deno.writeTextFile(claim, "", { createNew: true });
  } catch {
    return; // Another process has it.
  }
  try {
    const begun = performance.now();
    await writeWhole(target, JSON.stringify(await work()));
    console.error(`${file}: ${Math.round((performance.now() - begun) / 1000)} s`);
  } finally {
    await Deno.remove(claim);
  }
}
