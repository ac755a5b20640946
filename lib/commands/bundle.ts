/**
 * `deno task bundle`: makes the scripts of figures that can be moved, and that of the reader's pages.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "offprint/command_line.ts";
import { writeWhole } from "offprint/files.ts";
import { bundleExplorations, bundleReader } from "../kit/explorations/mod.ts";
import { READER_LICENCES, READER_SCRIPTS } from "../kit/read/mod.ts";
import { ROOT } from "../kit/project.ts";
import type { Command } from "../kit/command.ts";

const USAGE = `deno task bundle

Makes data/explorations/ID.js from each module explore_NAME.ts in lib/papers: the script that a notebook and its page
carry with a figure that can be moved; and data/reader/*.js, the scripts of the pages of deno task read, with the
licences of the packages inside. The same sources give the same bytes; deno task check
compares them.

Options:
  --help      this text

After a change, run the notebooks that show the figure: deno task run NOTEBOOK --write.`;

export const command: Command = {
  name: "bundle",
  summary: "make the scripts of figures that can be moved and of the reader's pages",
  usage: USAGE,
  run: bundle,
};

async function bundle(args: string[]): Promise<number> {
  parse("bundle", args, {});
  const folder = join(ROOT, "data", "explorations");
  const scripts = await bundleExplorations(ROOT);
  for (const [id, text] of scripts) {
    await writeWhole(join(folder, `${id}.js`), text);
    console.log(`${id}: ${text.length} characters`);
  }
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".js") || scripts.has(name.slice(0, -".js".length))) continue;
    await Deno.remove(join(folder, name));
    console.log(`${name}: removed, its module is gone`);
  }
  const { scripts: ofReader, licences } = await bundleReader();
  await writeWhole(fileURLToPath(READER_LICENCES), licences);
  for (const [name, text] of ofReader) {
    await writeWhole(fileURLToPath(new URL(name, READER_SCRIPTS)), text);
    console.log(`reader/${name}: ${text.length} characters`);
  }
  return 0;
}
