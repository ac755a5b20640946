/**
 * Files that stages leave behind, so that a stopped run goes on where it was.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { ifThere, writeWhole } from "offprint/files.ts";
import { readKept } from "offprint/kept_work.ts";
import { sha256 } from "offprint/lm/corpora/mod.ts";
import type { HeadsInput } from "./input.ts";

/** A folder belongs to one recipe, one pair of models and one list of prompts. */
export async function checkFolder({ recipe, models, prompts, folder }: HeadsInput): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify([recipe, models, prompts]));
  const key = await sha256(bytes);
  const file = new URL("key", folder);
  const found = await textIfThere(file);
  if (found === undefined) return await writeWhole(file, key);
  if (found === key) return;
  throw new UserError({
    what: decodeURIComponent(folder.pathname),
    got: new Described("results of another recipe or of other models"),
    expected: "the recipe and models it was started with",
    todo: "Start again with --fresh.",
  });
}

/** Names of what stages leave behind. */
const OWN = /^(?:key|(?:settings|decoded-\d+|texts-\d+|.+\.curve)\.json|.+\.safetensors)$/;

/** Removes what stages left in a folder, and the folder when nothing else lies there. */
export async function forgetStages(folder: URL): Promise<void> {
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && OWN.test(name)) await Deno.remove(new URL(encodeURIComponent(name), folder));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.remove(folder).catch(() => {});
}

/** What the file holds, or else what `work` gives, which is written there. */
export async function stage<T>(file: URL, work: () => Promise<T>): Promise<T> {
  const kept = await ifThere(readKept<T>(file));
  if (kept !== undefined) return kept;
  const result = await work();
  await writeWhole(file, JSON.stringify(result));
  return result;
}

/** A file's text, if there is one. */
async function textIfThere(file: URL): Promise<string | undefined> {
  const bytes = await readBytes(file);
  return bytes && new TextDecoder().decode(bytes);
}

/** A file's bytes, if there is one. */
export function readBytes(file: URL): Promise<Uint8Array | undefined> {
  return ifThere(Deno.readFile(file));
}
