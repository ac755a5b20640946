/**
 * Work that several processes share: each piece is kept in a file of its own, and made once.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { jsonOf } from "offprint/checked_json.ts";
import { exists, readText, writeWhole } from "offprint/files.ts";
import { hasEnded, owner } from "offprint/temporary.ts";

/**
 * What a command wrote into a file of its own, as JSON.
 *
 * @throws {UserError} when it is damaged; it names the file.
 * @throws {Deno.errors.NotFound} when there is none.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { pathToFileURL } from "node:url";
 * import { readKept } from "offprint/kept_work.ts";
 *
 * const file = pathToFileURL(await Deno.makeTempFile());
 * await Deno.writeTextFile(file, '{"runs":3}');
 * assertEquals(await readKept(file), { runs: 3 });
 * await Deno.remove(file);
 * ```
 */
export async function readKept<T>(file: URL): Promise<T> {
  return jsonOf(await readText(file), {
    what: fileURLToPath(file),
    expected: "JSON, as it was written there",
    todo: "Remove the file: the same command makes it again.",
  }) as T;
}

/**
 * Does a piece of work and writes its result as JSON to `file` in `folder`, unless it is there already or another
 * process has begun it. A mark beside the file, with `.started` behind its name, says by whom it was begun; the mark of a
 * process that was killed counts for nothing.
 */
export async function keepOnce(
  folder: URL,
  file: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const target = new URL(file, folder);
  const claim = new URL(`${file}.started`, folder);
  if (await exists(target)) return;
  if (await isLeft(claim)) await removed(claim);
  try {
    await Deno.writeTextFile(claim, owner(), { createNew: true });
  } catch {
    return; // Another process has it.
  }
  try {
    const begun = performance.now();
    await writeWhole(target, JSON.stringify(await work()));
    console.error(`${file}: ${Math.round((performance.now() - begun) / 1000)} s`);
  } finally {
    await removed(claim);
  }
}

/** A name is written at once behind the making of its mark: one that is still empty after this was left by a killed process. */
const NAMELESS_MS = 60_000;

/** Whether the process that made a mark has ended. */
async function isLeft(claim: URL): Promise<boolean> {
  try {
    const begunBy = await Deno.readTextFile(claim);
    if (begunBy !== "") return hasEnded(begunBy);
    const { mtime } = await Deno.stat(claim);
    return mtime !== null && Date.now() - mtime.getTime() > NAMELESS_MS;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Removes a mark; it may be gone. */
async function removed(claim: URL): Promise<void> {
  try {
    await Deno.remove(claim);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
