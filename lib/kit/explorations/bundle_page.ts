/**
 * Making the scripts of the reader's pages. The editors (CodeMirror) and what makes a notebook from elsewhere harmless
 * (DOMPurify) are scripts of their own: a page can be read before they are there.
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

/** The modules of the pages. */
const MODULES = new URL("../read/page/", import.meta.url);

/** The script that a page links, and those that it loads when it needs them: file → module. */
const PAGE = { "reader.js": "main.js" };
const LATER = { "editor.js": "editor.js", "foreign.js": "foreign.js" };

/** The scripts of the reader's pages, and the licences of the packages inside. */
export interface ReaderBundle {
  /** Name of a file → its text. */
  scripts: ReadonlyMap<string, string>;
  /** Each package with its version and the whole text of its licence, in the order of their names. */
  licences: string;
}

/**
 * Makes the scripts. The same sources and versions give the same bytes.
 *
 * @param modules The folder of the pages' modules.
 */
export async function bundleReader(modules: URL = MODULES): Promise<ReaderBundle> {
  for (const name of PACKAGES) await import(name);
  const inside = new Map<string, string>();
  const { build, stop } = await import(ESBUILD) as typeof Esbuild;
  const bundle = async ([file, module]: [string, string], format: Esbuild.Format) => {
    const result = await build({
      entryPoints: [fileURLToPath(new URL(module, modules))],
      external: Object.keys(LATER).map((name) => `./${name}`),
      bundle: true,
      minify: true,
      charset: "utf8",
      write: false,
      format,
      platform: "browser",
      target: "es2022",
      legalComments: "inline",
      logLevel: "silent",
      plugins: [{
        name: "packages",
        setup(build) {
          build.onResolve({ filter: /^[^./]/ }, async ({ path, importer, kind }) => {
            if (kind === "entry-point") return undefined;
            const found = await moduleOf(path, importer);
            inside.set(found.title, found.folder);
            return { path: found.path };
          });
        },
      }],
    });
    return [file, `${result.outputFiles[0]!.text.trim()}\n`] as const;
  };
  try {
    const scripts = await Promise.all([
      ...Object.entries(PAGE).map((entry) => bundle(entry, "iife")),
      ...Object.entries(LATER).map((entry) => bundle(entry, "esm")),
    ]);
    return { scripts: new Map(scripts), licences: await licencesOf(inside) };
  } finally {
    await stop();
  }
}

/** The texts of licences, which a copy of the scripts must bring along. */
async function licencesOf(packages: ReadonlyMap<string, string>): Promise<string> {
  const parts = [...packages].sort(([a], [b]) => a < b ? -1 : 1).map(async ([title, folder]) => {
    const text = await readText(join(folder, "LICENSE"));
    return `${title}\n${"-".repeat(title.length)}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(parts)).join("\n\n");
}

/** A package for browsers: its name with the version, its folder, and the file that its `exports` name for `import`, or its `module`. */
async function moduleOf(
  name: string,
  importer: string,
): Promise<{ title: string; folder: string; path: string }> {
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
      const path = join(folder, typeof found === "string" ? found : described.module);
      return { title: `${name} ${described.version}`, folder, path };
    }
    if (dirname(folder) === folder) throw new Error(`${name}: no package.json above ${entry}`);
    folder = dirname(folder);
  }
}
