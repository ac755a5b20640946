/**
 * The files that the reader's pages link.
 *
 * @module
 */
import { BUNDLES } from "offprint/notebook/explore/mod.ts";
import { assetFiles } from "../site/assets.ts";
import { SCRIPT_FILE, SCRIPT_TEXT } from "../site/layout.ts";

/** The folder of the scripts of the reader's pages, made by `deno task bundle`. */
export const READER_SCRIPTS = new URL("../../../data/reader/", import.meta.url);

/** The licences of the packages in those scripts, made with them. */
export const READER_LICENCES = new URL("LICENSES.txt", READER_SCRIPTS);

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  woff2: "font/woff2",
  svg: "image/svg+xml",
  html: "text/html; charset=utf-8",
  json: "application/json; charset=utf-8",
};

/** The media type of a file by its name. */
export function mediaType(name: string): string {
  return TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain; charset=utf-8";
}

/** Every file by its path; those of the site, the reader's own, and the scripts of figures that can be moved. */
export async function readerAssets(): Promise<Map<string, string | Uint8Array>> {
  const files = await assetFiles();
  files.set(SCRIPT_FILE, SCRIPT_TEXT);
  files.set(
    "assets/reader.css",
    await Deno.readTextFile(new URL("./page/reader.css", import.meta.url)),
  );
  for (
    const [folder, at] of [[READER_SCRIPTS, "assets"], [BUNDLES, "assets/explorations"]] as const
  ) {
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.endsWith(".js")) continue;
      files.set(`${at}/${name}`, await Deno.readTextFile(new URL(name, folder)));
    }
  }
  return files;
}
