/**
 * Whether the committed scripts of figures that can be moved, and of the reader's pages, are what their sources give.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, UserError } from "offprint/errors.ts";
import { exists, ifThere, readText } from "offprint/files.ts";
import { scriptElement } from "offprint/notebook/explore/mod.ts";
import { bundleExplorations, bundleReader, committedBundles } from "../explorations/mod.ts";
import { type Pair, parseNotebook } from "../pairs/mod.ts";
import type { Problem } from "./problem.ts";

const FIGURES = "data/explorations";
const READER = "data/reader";

/**
 * Makes every script again and compares it with the committed one, and compares that with what notebooks carry.
 *
 * @param root A project; one that has neither movable figures nor a reader has nothing to compare.
 */
export async function checkBundles(root: string, pairs: readonly Pair[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  // One after the other: each ends the bundler's process.
  if (await exists(join(root, FIGURES))) {
    problems.push(
      ...await compare(root, FIGURES, async () => {
        const scripts = await bundleExplorations(root);
        return new Map([...scripts].map(([id, text]) => [`${id}.js`, text]));
      }),
      ...checkCarried(root, pairs),
    );
  }
  if (await exists(join(root, READER))) {
    problems.push(
      ...await compare(root, READER, async () => {
        const modules = pathToFileURL(`${join(root, "lib/kit/read/page")}/`);
        const { scripts, licences } = await bundleReader(modules);
        return new Map([...scripts, ["LICENSES.txt", licences]]);
      }),
    );
  }
  return problems;
}

async function compare(
  root: string,
  folder: string,
  make: () => Promise<Map<string, string>>,
): Promise<Problem[]> {
  let made: Map<string, string>;
  try {
    made = await make();
  } catch (error) {
    const [reason] = messageOf(error).split("\n");
    const message =
      `cannot be made of its sources: ${reason}, correct that and run deno task bundle`;
    return [{ file: folder, message }];
  }
  const problems: Problem[] = [];
  for (const [name, text] of made) {
    const file = `${folder}/${name}`;
    if (await ifThere(readText(join(root, file))) === text) continue;
    problems.push({ file, message: "not what its sources give, run deno task bundle" });
  }
  for await (const { name } of Deno.readDir(join(root, folder))) {
    if (made.has(name)) continue;
    problems.push({ file: `${folder}/${name}`, message: "has no source, run deno task bundle" });
  }
  return problems;
}

/** A notebook carries the script of each figure that it shows, and pages run none but the committed ones. */
function checkCarried(root: string, pairs: readonly Pair[]): Problem[] {
  const committed = committedBundles(pathToFileURL(`${join(root, FIGURES)}/`));
  return pairs.flatMap(({ id, ipynb, ipynbName }) =>
    htmlOutputs(ipynb, ipynbName).flatMap(({ cell, html }) =>
      [...html.matchAll(/<figure [^>]*data-exploration="([a-z0-9-]+)"/g)]
        .map(([, figure]) => figure!)
        .filter((figure) => !html.includes(scriptElement(committed.get(figure) ?? "")))
        .map((figure) => ({
          file: ipynbName,
          message: `cell "${cell}" carries another script than ${FIGURES}/${figure}.js, ` +
            `run deno task run ${id.split("-")[0]} --write`,
        }))
    )
  );
}

function htmlOutputs(ipynb: string | undefined, name: string): { cell: string; html: string }[] {
  if (ipynb === undefined) return [];
  try {
    return parseNotebook(ipynb, name).cells.flatMap((cell) =>
      cell.cell_type !== "code" ? [] : cell.outputs.flatMap((output) => {
        const html = "data" in output ? output.data["text/html"] : undefined;
        return typeof html === "string" ? [{ cell: cell.id, html }] : [];
      })
    );
  } catch (error) {
    if (error instanceof UserError) return []; // its pair's own check tells
    throw error;
  }
}
