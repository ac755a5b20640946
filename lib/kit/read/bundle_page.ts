/**
 * Making the one script of the reader's pages, CodeMirror and DOMPurify inside.
 *
 * @module
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Esbuild from "esbuild";
import { ifThere, readText } from "offprint/files.ts";

/** The version in `import_map.json`; not a literal, so that only this command fetches it. */
const ESBUILD: string = "esbuild";

/** Packages that the page imports, by their names in `import_map.json`. Loading one makes Deno fetch what it needs. */
const PACKAGES = [
  "@codemirror/autocomplete",
  "@codemirror/commands",
  "@codemirror/lang-javascript",
  "@codemirror/language",
  "@codemirror/state",
  "@codemirror/view",
  "@lezer/highlight",
  "dompurify",
];

const PAGE = fileURLToPath(new URL("./page/main.js", import.meta.url));

/** The script. The same sources and versions give the same bytes. */
export async function bundleReader(): Promise<string> {
  for (const name of PACKAGES) await import(name);
  const { build, stop } = await import(ESBUILD) as typeof Esbuild;
  try {
    const result = await build({
      entryPoints: [PAGE],
      bundle: true,
      minify: true,
      charset: "utf8",
      write: false,
      format: "iife",
      platform: "browser",
      target: "es2022",
      legalComments: "inline",
      logLevel: "silent",
      plugins: [{
        name: "packages",
        setup(build) {
          build.onResolve({ filter: /^[^./]/ }, async ({ path, importer, kind }) => {
            if (kind === "entry-point") return undefined;
            return { path: await moduleOf(path, importer) };
          });
        },
      }],
    });
    return `${result.outputFiles[0]!.text.trim()}\n`;
  } finally {
    await stop();
  }
}

/** The file of a package for browsers: what its `exports` name for `import`, or its `module`. */
async function moduleOf(name: string, importer: string): Promise<string> {
  // One that the page names is pinned in the import map; others are found from the package that needs them.
  const entry = PACKAGES.includes(name)
    ? fileURLToPath(import.meta.resolve(name))
    : createRequire(pathToFileURL(importer)).resolve(name);
  let folder = dirname(entry);
  while (true) {
    const text = await ifThere(readText(join(folder, "package.json")));
    const described = text === undefined ? undefined : JSON.parse(text);
    if (described?.name === name) {
      const root = described.exports?.["."] ?? described.exports;
      const found = root?.import?.default ?? root?.import ?? described.module ?? described.main;
      return join(folder, typeof found === "string" ? found : described.module);
    }
    if (dirname(folder) === folder) throw new Error(`${name}: no package.json above ${entry}`);
    folder = dirname(folder);
  }
}
