/**
 * Files of a generated folder: written whole or not at all, and removed when a later build no
 * longer makes them.
 *
 * @module
 */
import { join } from "node:path";
import { readText, writeWhole } from "offprint/files.ts";
import { z } from "zod";

/** Name, relative to the folder with `/` between, → content. */
export type FileSet = ReadonlyMap<string, string | Uint8Array>;

/** The list of what the last build wrote: only files named here are ever removed. */
const MANIFEST = ".site-manifest.json";

const manifestSchema = z.strictObject({
  files: z.array(z.string().regex(/^(?!.*(?:^|\/)\.\.?(?:\/|$))[^/\\:][^\\:]*$/)),
});

/**
 * Makes `folder` hold `files`: writes them (to a temporary name first, then renamed), and removes
 * what an earlier build wrote there and this one does not. Files nobody listed stay untouched.
 *
 * @returns The paths written, sorted.
 */
export async function writeFiles(folder: string, files: FileSet): Promise<string[]> {
  const names = [...files.keys()].sort();
  const stale = (await listed(folder)).filter((name) => !files.has(name));
  await Deno.mkdir(folder, { recursive: true });
  // The list comes first: should this stop half-way, the next build still knows what is ours.
  await replace(folder, MANIFEST, manifest([...names, ...stale]));
  for (const name of names) await replace(folder, name, files.get(name)!);
  for (const name of stale) await removed(join(folder, ...name.split("/")));
  await replace(folder, MANIFEST, manifest(names));
  return names.map((name) => join(folder, ...name.split("/")));
}

function manifest(names: string[]): string {
  return `${JSON.stringify({ files: names.toSorted() }, null, 1)}\n`;
}

/** What the last build wrote; nothing where there was none or its list cannot be read. */
async function listed(folder: string): Promise<string[]> {
  try {
    const text = await readText(join(folder, MANIFEST));
    return manifestSchema.parse(JSON.parse(text)).files;
  } catch {
    return [];
  }
}

function replace(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  return writeWhole(join(folder, ...name.split("/")), content);
}

async function removed(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
