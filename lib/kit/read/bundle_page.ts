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

/** The script of the reader's pages, and the licences of the packages inside. */
export interface ReaderBundle {
  script: string;
  /** Each package with its version and the whole text of its licence, in the order of their names. */
  licences: string;
}

/** Makes the script. The same sources and versions give the same bytes. */
export async function bundleReader(): Promise<ReaderBundle> {
  for (const name of PACKAGES) await import(name);
  const inside = new Map<string, string>();
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
            const found = await moduleOf(path, importer);
            inside.set(found.title, found.folder);
            return { path: found.path };
          });
        },
      }],
    });
    return {
      script: `${result.outputFiles[0]!.text.trim()}\n`,
      licences: await licencesOf(inside),
    };
  } finally {
    await stop();
  }
}

/** The texts of licences, which a copy of the script must bring along. */
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
