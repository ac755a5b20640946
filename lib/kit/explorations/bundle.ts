/**
 * Making one script of a figure that can be moved, with everything it needs inside.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Esbuild from "esbuild";
import { Described, UserError } from "offprint/errors.ts";

/** The version in `import_map.json`; not a literal, so that only this command fetches it. */
const ESBUILD: string = "esbuild";

/** A script for a notebook is at most this long: it stands in every notebook that shows the figure. */
const MOST_CHARACTERS = 40_000;

/** All modules `explore_NAME.ts` of the papers' rooms, sorted. */
export async function explorationModules(root: string): Promise<string[]> {
  const found: string[] = [];
  const papers = join(root, "lib", "papers");
  for await (const room of Deno.readDir(papers)) {
    if (!room.isDirectory) continue;
    for await (const { name } of Deno.readDir(join(papers, room.name))) {
      if (/^explore_.*\.ts$/.test(name)) found.push(join(papers, room.name, name));
    }
  }
  return found.sort();
}

/**
 * Bundles every exploration of a project. The same sources give the same bytes.
 *
 * @returns The script of each by its id.
 * @throws {UserError} when a module exports no exploration, two have one id, or one needs what a browser does not have.
 */
export async function bundleExplorations(root: string): Promise<Map<string, string>> {
  const { build, stop } = await import(ESBUILD) as typeof Esbuild;
  const scripts = new Map<string, string>();
  try {
    for (const module of await explorationModules(root)) {
      const { exploration } = await import(pathToFileURL(module).href);
      const id: unknown = exploration?.id;
      if (typeof id !== "string" || !/^[a-z0-9-]+$/.test(id) || scripts.has(id)) {
        throw new UserError({
          what: `${module}: exploration.id`,
          got: id,
          expected: "small letters, digits and hyphens that no other exploration has",
        });
      }
      scripts.set(id, await bundle(build, root, module));
    }
  } finally {
    await stop();
  }
  return scripts;
}

async function bundle(build: typeof Esbuild.build, root: string, module: string): Promise<string> {
  const lib = join(root, "lib");
  const result = await build({
    stdin: {
      contents: `import { exploration } from ${JSON.stringify(module)};\n` +
        'import { start } from "offprint/notebook/explore/in_page.js";\nstart(exploration);\n',
      resolveDir: root,
    },
    bundle: true,
    minify: true,
    charset: "utf8",
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    legalComments: "none",
    logLevel: "silent",
    metafile: true,
    plugins: [ours(lib)],
  });
  const [output] = Object.values(result.metafile.outputs);
  const outside = output!.imports.map(({ path }) => path);
  const text = result.outputFiles[0]!.text.trim();
  if (outside.length > 0 || /\bDeno\./.test(text)) {
    throw new UserError({
      what: module,
      got: new Described(outside.length > 0 ? `a use of ${outside.join(", ")}` : "a use of Deno"),
      expected: "a module that runs in a browser, as do all those that it uses",
    });
  }
  if (text.length > MOST_CHARACTERS) {
    throw new UserError({
      what: module,
      got: new Described(`a script of ${text.length} characters`),
      expected: `at most ${MOST_CHARACTERS}`,
      todo: "Import less: the script becomes a part of the notebook.",
    });
  }
  return text;
}

/** Our own modules by the names of the import map. None of them does anything by being imported, so what is not used goes. */
function ours(lib: string): Esbuild.Plugin {
  return {
    name: "ours",
    setup(build) {
      build.onResolve({ filter: /^offprint\// }, ({ path }) => ({
        path: join(lib, path.slice("offprint/".length)),
        sideEffects: path.endsWith("in_page.js"),
      }));
      build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => ({
        path: join(resolveDir, path),
        sideEffects: false,
      }));
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
        if (kind === "entry-point") return undefined;
        return { path, external: true, sideEffects: false };
      });
    },
  };
}
